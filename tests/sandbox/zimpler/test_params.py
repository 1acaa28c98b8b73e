"""The parameters of a list: dates, filters, limits, and which are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.zimpler.box import ids, put, transactions

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox


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
