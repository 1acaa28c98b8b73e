"""beGateway's pages by cursor: all of them, in whatever order, and never for ever."""

from __future__ import annotations

import json
import typing as t

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tap_payments.sandbox import Fault
from tests.providers.begateway.box import (
    ONE_DAY,
    STREAM,
    asked,
    box,
    config,
    put,
    run,
    truth,
    uids,
    upserted,
)
from tests.providers.begateway.pages_box import page, served
from tests.support.clock import Clock
from tests.support.server import Answer
from tests.support.taps import sync, watermarks

if t.TYPE_CHECKING:
    from tests.support.server import Request, Server
    from tests.support.taps import Row


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 20, 25])
@pytest.mark.parametrize("as_text", [False, True], ids=["integers", "texts"])
def test_every_row_comes_once_and_cursors_go_back_as_they_came(rows: int, *, as_text: bool) -> None:
    with box() as sandbox:
        sandbox.begateway.page_size = 10
        sandbox.begateway.cursor_type = "string" if as_text else "integer"
        for number in range(1, rows + 1):
            put(sandbox, number, f"2026-03-19 {23 - number % 20:02}:00:00")
        settings = config(sandbox, payment_method_types=["credit_card"]) | ONE_DAY
        done = sync(sandbox, settings)
        assert done.failed is None
        assert sorted(uids(done)) == sorted(f"uid-{number}" for number in range(1, rows + 1))
        cursors = [params.get("starting_after") for params in asked(sandbox)]
        kind = str if as_text else int
        assert cursors == [None, *(kind(last) for last in range(10, rows, 10))]


def test_the_request_is_the_documents() -> None:
    with box() as sandbox:
        sync(sandbox, config(sandbox, payment_method_types=["credit_card"]) | ONE_DAY)
        (request,) = sandbox.journal
        assert request.method == "POST"
        assert request.headers["x-api-version"] == "3"
        assert json.loads(request.body) == {
            "report_params": {
                "date_type": "created_at",
                "from": "2026-03-19 00:00:00",
                "to": "2026-03-20 00:00:00",
                "status": "all",
                "payment_method_type": "credit_card",
                "time_zone": "UTC",
            }
        }


def test_an_empty_page_with_a_new_cursor_goes_on(server: Server) -> None:
    done = served(
        server,
        [page(1, more=True, cursor=1), page(more=True, cursor=5), page(7, more=False)],
    )
    assert done.failed is None
    assert uids(done) == ["uid-1", "uid-7"]


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([page(1, more=True, cursor=1)], "same cursor"),
        (
            [
                page(1, more=True, cursor=1),
                page(2, more=True, cursor=2),
                page(3, more=True, cursor=1),
            ],
            "same cursor",
        ),
        ([page(1, more=True, cursor=None)], "no cursor"),
        ([page(more=True, cursor=None)], "no cursor"),
        ([page(1, more="yes", cursor=1)], "not what the vendor's document says"),
        ([[]], "not what the vendor's document says"),
        ([{"transactions": {}, "has_more": False}], "not what the vendor's document says"),
        ([{"transactions": [], "count": 0}], "not what the vendor's document says"),
        ([Answer(b"<html>")], "a page in HTML"),
        ([Answer(b'{"transactions": [')], "not a whole JSON document"),
        ([Answer(b"")], "not a whole JSON document"),
        ([page(1) | {"transactions": [{"id": 1}]}], "key field 'uid'"),
        ([page(1) | {"transactions": [{"uid": None}]}], "key field 'uid'"),
        ([page(1) | {"transactions": [{"uid": 5}]}], "key field 'uid'"),
        ([page(1) | {"transactions": ["row"]}], "a row is no object"),
    ],
)
def test_what_cannot_be_read_to_its_end_is_an_error_that_says_where(
    server: Server, pages: list[t.Any], words: str
) -> None:
    done = served(server, pages)
    assert done.failed is not None
    for word in (STREAM, "account 'default'", "2026-03-19T00:00:00Z..2026-03-20T00:00:00Z", words):
        assert word in done.failed
    assert done.states == []


def test_the_same_page_for_two_cursors_is_an_error(server: Server) -> None:
    """A server that ignores the cursor, but gives another one each time."""
    count = iter(range(1000))

    def answer(_request: Request) -> Answer:
        rows = [{"uid": "uid-1", "id": 1}]
        cursor = next(count)
        body = {"transactions": rows, "has_more": True, "last_object_id": cursor}
        return Answer(body)

    served(server, [page()])
    server.handler = answer
    config: Row = {
        **ONE_DAY,
        "max_retries": 0,
        "begateway": {
            "api_url": server.url,
            "shop_id": "1",
            "secret_key": "key",
            "payment_method_types": ["credit_card"],
        },
    }
    done = sync(Clock(), config)
    assert done.failed is not None
    assert "same page" in done.failed


def test_a_row_that_is_no_object_is_asked_for_again(server: Server) -> None:
    done = served(server, [page(1) | {"transactions": [None]}, page(1)])
    assert done.failed is None
    assert len(done.records(STREAM)) == 1


@pytest.mark.parametrize(
    "fault", ["429:retry-after=2", "500", "truncate", "drop", "html", "halfjson"]
)
def test_a_fault_is_got_over(fault: str) -> None:
    with box() as sandbox:
        sandbox.begateway.page_size = 2
        for number in range(1, 8):
            put(sandbox, number, "2026-03-19 10:00:00")
        sandbox.faults.add(Fault.parse(f"begateway:{fault}:after=1:times=2"))
        done = sync(
            sandbox,
            config(sandbox, payment_method_types=["credit_card"]) | ONE_DAY | {"max_retries": 3},
        )
        assert done.failed is None
        assert upserted(done) == truth(sandbox)
        assert len(done.waits) >= 2


def test_wrong_credentials_name_the_settings_and_not_their_values() -> None:
    with box() as sandbox:
        settings = config(sandbox, secret_key="canary-secret") | ONE_DAY
        done = sync(sandbox, settings)
        assert done.failed is not None
        assert "begateway.shop_id" in done.failed
        assert "begateway.secret_key" in done.failed
        assert "enabled reports" in done.failed
        assert "canary" not in done.failed + "".join(done.log)


def test_accounts_have_watermarks_and_rows_of_their_own() -> None:
    with box() as sandbox:
        own = config(sandbox)["begateway"]
        accounts = [
            {"account": "cards", "payment_method_types": ["credit_card"]},
            {"account": "wallets", "payment_method_types": ["alternative"]},
        ]
        put(sandbox, 1, "2026-03-19 10:00:00")
        put(sandbox, 2, "2026-03-19 10:00:00", payment_method_type="alternative")
        done = sync(sandbox, ONE_DAY | {"begateway": own | {"accounts": accounts}})
        assert done.failed is None
        found = {(row["_account"], row["uid"]) for row in done.records(STREAM)}
        assert found == {("cards", "uid-1"), ("wallets", "uid-2")}
        assert {key[:2] for key in watermarks(done.state, STREAM)} == {
            ("cards", "credit_card"),
            ("wallets", "alternative"),
        }


def test_windows_in_flight_give_the_same_rows_in_the_same_order() -> None:
    with box() as sandbox:
        sandbox.begateway.page_size = 3
        for number in range(1, 120):
            put(sandbox, number, f"2026-03-{1 + number % 19:02} 10:00:00")
        outputs = []
        for concurrency in (1, 4, 16):
            done = run(sandbox, start="2026-03-01", concurrency=concurrency)
            outputs.append((uids(done), done.states))
        assert outputs[0] == outputs[1] == outputs[2]


@pytest.mark.parametrize("methods", [[], [""]])
def test_no_payment_method_type_is_refused(methods: list[str]) -> None:
    with box() as sandbox, pytest.raises(ConfigValidationError) as refusal:
        sync(sandbox, config(sandbox, payment_method_types=methods))
    assert "begateway.payment_method_types" in refusal.value.errors[0]
