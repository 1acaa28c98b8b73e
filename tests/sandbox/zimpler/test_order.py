"""The order of a list, up and down, and what pages in that order make up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sandbox.zimpler.box import ids, put, transactions

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox


def test_pages_in_order_make_up_the_truth(seeded: Sandbox) -> None:
    rows: list[Any] = []
    while page := transactions(seeded, limit=400, offset=len(rows)).json["transactions"]:
        rows += page
    assert rows == seeded.zimpler.rows("main")
    assert 900 < len(rows) < 1900
    assert [row["approved_at"] for row in rows] == sorted(row["approved_at"] for row in rows)


def test_descending_is_the_reverse_of_ascending(empty: Sandbox) -> None:
    put(empty, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z")
    assert ids(transactions(empty, ascending="false", limit=2)) == ["t2", "t1"]
    assert ids(transactions(empty, ascending="false", limit=2, offset=2)) == ["t0"]
    assert ids(transactions(empty, ascending="true", limit=2, offset=5)) == []


def test_a_row_can_vanish_between_pages(empty: Sandbox) -> None:
    put(empty, *(f"2026-01-0{day}T00:00:00Z" for day in range(1, 7)))

    def drift(page: int) -> None:
        if page == 1:
            assert empty.zimpler.remove("main", id="t0") == 1

    empty.zimpler.on_page = drift
    pages = [transactions(empty, limit=2, offset=offset) for offset in (0, 2)]
    assert [page.json["count"] for page in pages] == [6, 5]
    assert [ids(page) for page in pages] == [["t0", "t1"], ["t3", "t4"]]
