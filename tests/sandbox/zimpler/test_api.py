from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import Reply, ask, basic, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIN = basic("sandbox-merchant-1", "sandbox-zimpler-key-main")


@pytest.fixture
def seeded() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


@pytest.fixture
def empty() -> Iterator[Sandbox]:
    with Sandbox(seed=None, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def transactions(sandbox: Sandbox, headers: Mapping[str, str] = MAIN, /, **query: Any) -> Reply:
    return ask(f"{sandbox.url}/zimpler/v4/transactions", headers, query=query)


def ids(reply: Reply) -> list[str]:
    return [row["id"] for row in reply.json["transactions"]]


def put(sandbox: Sandbox, *days: str, **fields: Any) -> None:
    for number, day in enumerate(days):
        row = sandbox.zimpler.example(id=f"t{number}", approved_at=day, **fields)
        sandbox.zimpler.put("main", row)


def test_a_request_without_credentials_or_with_wrong_ones_is_refused(empty: Sandbox) -> None:
    assert transactions(empty, {}).status == 401
    assert transactions(empty, basic("sandbox-merchant-1", "wrong")).status == 401
    assert transactions(empty, {"Authorization": "Basic \xe9"}).status == 401
    assert transactions(empty, {"Authorization": "Basic bm9jb2xvbg=="}).status == 401
    assert transactions(empty, bearer("sandbox-zimpler-key-main")).status == 401
    assert transactions(empty).status == 200


def test_the_key_may_be_asked_for_in_other_ways(empty: Sandbox) -> None:
    empty.zimpler.auth_method = "bearer"
    assert transactions(empty).status == 401
    assert transactions(empty, bearer("sandbox-zimpler-key-main")).status == 200
    empty.zimpler.auth_method, empty.zimpler.api_key_header = "header", "X-Key"
    assert transactions(empty, {"x-key": "sandbox-zimpler-key-main"}).status == 200


def test_each_account_has_its_own_rows(seeded: Sandbox) -> None:
    shop = basic("sandbox-merchant-2", "sandbox-zimpler-key-shop2")
    first, second = transactions(seeded), transactions(seeded, shop)
    assert first.json["count"]
    assert second.json["count"]
    assert not set(ids(first)) & set(ids(second))


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


def test_both_dates_are_inclusive_whole_days(empty: Sandbox) -> None:
    put(
        empty,
        "2026-01-01T23:59:59Z",
        "2026-01-02T00:00:00Z",
        "2026-01-03T23:59:59Z",
        "2026-01-04T00:00:00Z",
    )
    assert ids(transactions(empty, from_date="2026-01-02", to_date="2026-01-03")) == ["t1", "t2"]
    exact = {"from_date": "2026-01-01T23:59:59Z", "to_date": "2026-01-02T00:00:00Z"}
    assert ids(transactions(empty, **exact)) == ["t0", "t1"]


def test_without_dates_it_is_2021_to_today(empty: Sandbox) -> None:
    put(empty, "2020-12-31T23:59:59Z", "2021-01-01T00:00:00Z", "2026-03-15T23:00:00Z")
    put(empty, *["2026-03-16T00:00:00Z"] * 4)
    assert ids(transactions(empty)) == ["t1", "t2"]


def test_dates_on_both_sides_of_2021_are_refused(empty: Sandbox) -> None:
    put(empty, "2020-12-31T23:59:59Z", "2021-01-01T00:00:00Z")
    assert transactions(empty, from_date="2020-12-31", to_date="2021-01-01").status == 400
    assert transactions(empty, from_date="2020-12-31").status == 400
    assert transactions(empty, to_date="2020-12-31").status == 400
    assert ids(transactions(empty, from_date="2020-12-31", to_date="2020-12-31")) == ["t0"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "x"},
        {"offset": -1},
        {"ascending": "yes"},
        {"from_date": "yesterday"},
        {"to_date": "2026-13-01"},
    ],
)
def test_an_invalid_parameter_is_refused(empty: Sandbox, query: dict[str, Any]) -> None:
    assert transactions(empty, **query).status == 400


def test_country_and_site_filter(seeded: Sandbox) -> None:
    rows = seeded.zimpler.rows("main")
    reply = transactions(seeded, country_code="DE", site="play.example.org", limit=1000)
    wanted = [
        row for row in rows if row["country_code"] == "DE" and row["site"] == "play.example.org"
    ]
    assert reply.json["transactions"] == wanted
    assert wanted


def test_limits_default_and_cap(seeded: Sandbox) -> None:
    assert len(ids(transactions(seeded))) == 100
    seeded.zimpler.page_cap = 10
    assert len(ids(transactions(seeded, limit=1000))) == 10


def test_count_can_mean_three_things(seeded: Sandbox) -> None:
    total = len(seeded.zimpler.rows("main"))
    assert transactions(seeded).json["count"] == total
    seeded.zimpler.count = "page"
    assert transactions(seeded).json["count"] == 100
    seeded.zimpler.count = None
    assert list(transactions(seeded).json) == ["transactions"]


def test_the_balance_is_the_sum_of_the_rows(empty: Sandbox) -> None:
    put(empty, "2026-01-01T00:00:00Z", amount="100.00", fee_amount="-6.50", currency="EUR")
    put(empty, "2026-03-15T11:00:00Z", amount="20.00", fee_amount="-1.00", currency="EUR")
    put(empty, "2026-03-15T11:00:00Z", amount="-5.00", fee_amount="0.00", currency="SEK", type="x")
    assert ask(f"{empty.url}/zimpler/v4/current_balance", MAIN).json == {
        "EUR": {"total": "112.50", "pending": "20.00", "available": "92.50"},
        "SEK": {"total": "-5.00", "pending": "0.00", "available": "-5.00"},
    }


def test_a_row_can_vanish_between_pages(empty: Sandbox) -> None:
    put(empty, *(f"2026-01-0{day}T00:00:00Z" for day in range(1, 7)))

    def drift(page: int) -> None:
        if page == 1:
            assert empty.zimpler.remove("main", id="t0") == 1

    empty.zimpler.on_page = drift
    pages = [transactions(empty, limit=2, offset=offset) for offset in (0, 2)]
    assert [page.json["count"] for page in pages] == [6, 5]
    assert [ids(page) for page in pages] == [["t0", "t1"], ["t3", "t4"]]


def test_a_row_appears_changes_and_ends_when_its_time_comes(empty: Sandbox) -> None:
    row = empty.zimpler.example(approved_at="2026-03-14T00:00:00Z")
    change = (NOW + timedelta(hours=2), {"amount": "7.00"})
    empty.zimpler.put("main", row, at=NOW + timedelta(hours=1), changes=[change])
    empty.zimpler.remove("main", at=NOW + timedelta(hours=3), id=row["id"])
    seen: list[Any] = []
    for _ in range(4):
        seen.append([one["amount"] for one in transactions(empty).json["transactions"]])
        empty.clock.advance(hours=1)
    assert seen == [[], ["100.00"], ["7.00"], []]


def test_generated_rows_are_of_use(seeded: Sandbox) -> None:
    rows = seeded.zimpler.rows("main")
    keys = {(row["id"], row["type"]) for row in rows}
    assert len(keys) == len(rows) > len({row["id"] for row in rows})
    assert {row["type"] for row in rows} == {
        "deposit",
        "withdrawal",
        "recurring-charge",
        "refund",
    }
    assert all(
        Decimal(row["amount"]) < 0 for row in rows if row["type"] in ("withdrawal", "refund")
    )


def test_some_generated_rows_appear_late(seeded: Sandbox) -> None:
    rows, late = seeded.zimpler.rows("main"), 0
    for hours in range(0, 240, 5):
        instant = NOW - timedelta(hours=hours)
        served = {row["id"] for row in seeded.zimpler.rows("main", instant)}
        approved = {
            row["id"] for row in rows if row["approved_at"] < f"{instant:%Y-%m-%dT%H:%M:%SZ}"
        }
        assert served <= approved
        late += served != approved
    assert 5 < late < 43


def test_a_row_with_a_false_date_is_filed_where_it_is_said(empty: Sandbox) -> None:
    row = empty.zimpler.example(approved_at="not a date")
    empty.zimpler.put("main", row, filed=NOW)
    assert transactions(empty, from_date="2026-03-15").json["transactions"] == [row]
    assert transactions(empty, from_date="2026-03-16", to_date="2026-03-17").json["count"] == 0


def test_a_decimal_is_served_as_a_number_with_its_digits(empty: Sandbox) -> None:
    row = empty.zimpler.example(extra=Decimal("12345678901234567890.10"))
    empty.zimpler.put("main", row, filed=NOW)
    assert b'"extra":12345678901234567890.10}' in transactions(empty).body


def test_other_paths_and_methods_are_refused(empty: Sandbox) -> None:
    assert ask(f"{empty.url}/zimpler/v4/refunds", MAIN).status == 404
    assert ask(f"{empty.url}/zimpler/v4/transactions", MAIN, body={}).status == 405
