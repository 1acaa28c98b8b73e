"""The harness: the server, the contestants, what is measured, and what is written."""

from __future__ import annotations

import sys
from pathlib import Path

# For the PostgreSQL server that the tests have, too.
sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))
