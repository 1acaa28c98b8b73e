"""What is measured; each section can run alone, and gives its part of RESULTS.md."""

from __future__ import annotations
