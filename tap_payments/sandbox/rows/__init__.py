"""Rows that are born, change and vanish while a clock runs, and are found by their dates."""

from __future__ import annotations
