"""Acme's API, as its document has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.server import Answer, Request

if TYPE_CHECKING:
    from tests.support.taps import Row

KEY = "canary-acme-key"
DAYS = ("2026-03-01", "2026-03-02", "2026-03-03")
ROWS = [
    {
        "id": f"pay-{number}",
        "amount": 1000 + number,
        "currency": "EUR",
        "status": "paid",
        "created_at": f"{DAYS[number // 5]}T0{number % 5}:30:00Z",
        "payer": {"email": f"canary{number}@example.com", "name": "Canary"},
        "shop": 7,
    }
    for number in range(15)
]


def api(request: Request) -> Answer:
    """Acme's API as its document has it: pages of two rows, the last without a cursor."""
    if request.headers.get("authorization") != f"Bearer {KEY}":
        return Answer({"message": "no such key"}, status=401)
    query = request.query
    rows = [row for row in ROWS if query["from"] <= str(row["created_at"]) < query["to"]]
    first = int(query.get("after", 0))
    page: Row = {"payments": rows[first : first + 2]}
    if first + 2 < len(rows):
        page["next"] = str(first + 2)
    return Answer(page)
