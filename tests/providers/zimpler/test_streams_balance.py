"""Zimpler's balance: a row for each currency, as it is when the tap asks."""

from __future__ import annotations

import typing as t

import pytest

from tests.providers.zimpler.box import BALANCE, FULL, STREAM, box, put, reading
from tests.support.taps import assert_fitting, settings, sync

if t.TYPE_CHECKING:
    from tests.support.server import Server
    from tests.support.taps import Row


def test_the_balance_is_a_row_for_each_currency_as_it_is_now() -> None:
    with box() as sandbox:
        put(sandbox, "1", "2026-03-01T10:00:00Z", amount="100.00", fee_amount="-6.50")
        put(sandbox, "2", "2026-03-20T10:00:00Z", amount="10.00", currency="SEK")
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-18"))
        truth = sandbox.zimpler.balance("main")
        assert run.records(BALANCE) == [
            {
                "_account": "default",
                "_observed_at": "2026-03-20T12:00:00.000000Z",
                "currency": currency,
                **truth[currency],
                "_extra": None,
            }
            for currency in ("EUR", "SEK")
        ]
        assert BALANCE not in run.state["bookmarks"]
        assert_fitting(run)
        put(sandbox, "3", "2026-03-20T11:00:00Z", amount="1.00")
        again = sync(sandbox, settings(sandbox, "zimpler", "2026-03-18"), state=run.state)
        assert [row["total"] for row in again.rows(BALANCE)] != [
            row["total"] for row in run.rows(BALANCE)
        ]


@pytest.mark.parametrize(
    ("balance", "rows"),
    [
        ({}, []),
        ({"SEK": {}}, [{"currency": "SEK"}]),
        ({"BTC": {"total": "0.12345678901"}}, [{"currency": "BTC", "total": "0.12345678901"}]),
        ({'S"K\\': {"total": None}}, [{"currency": 'S"K\\', "total": None}]),
        (
            {"SEK": {"total": 5, "hold": "1.00"}},
            [{"currency": "SEK", "total": "5", "_extra": '{"hold":"1.00"}'}],
        ),
    ],
)
def test_a_balance_is_taken_as_it_comes(server: Server, balance: t.Any, rows: list[Row]) -> None:
    run = reading(server, balance=balance)
    assert run.failed is None
    added = {"_account": "default", "_observed_at": "2026-03-20T12:00:00.000000Z", "_extra": None}
    amounts = dict.fromkeys(("total", "pending", "available"))
    assert run.records(BALANCE) == [added | amounts | row for row in rows]
    assert_fitting(run)


@pytest.mark.parametrize(
    "body",
    ["[]", "null", "", "<html>", '{"SEK":"1.00"}', '{"SEK":null}', '{"SEK":[1]}', '{"SEK":{', "["],
)
def test_a_balance_of_another_shape_is_an_error_that_says_where(server: Server, body: str) -> None:
    run = reading(server, FULL, balance=body)
    assert run.failed is not None
    for word in (BALANCE, "'default'", "GET", "/v4/current_balance"):
        assert word in run.failed
    assert "please report" not in run.failed
    assert len(run.records(STREAM)) == 1
    assert len([one for one in server.requests if one.path == "/v4/current_balance"]) == 2
