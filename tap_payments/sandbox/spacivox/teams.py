"""Spacivox's teams."""

from __future__ import annotations

TEAMS = (
    {"id": 1, "name": "Team North"},
    {"id": 2, "name": "Team South"},
    {"id": 7, "name": "Évry"},
)
