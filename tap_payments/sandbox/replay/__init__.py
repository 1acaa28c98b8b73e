"""Recordings of real accounts, served as if it were today; docs/recordings.md is their format."""

from __future__ import annotations
