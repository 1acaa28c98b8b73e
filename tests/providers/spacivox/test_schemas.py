"""Spacivox's rows as records: exact, whole, and always fitting their SCHEMA."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.providers.spacivox.box import PATH, STREAM, TEAMS, served_by
from tests.support.clock import Clock
from tests.support.server import Answer
from tests.support.taps import Row, Run, assert_fitting, sync
from tests.support.vendor_json import extra_of

if t.TYPE_CHECKING:
    from tests.support.server import Request, Server

FULL: Row = {
    "amount": "12.34",
    "campaign": 1,
    "id": "1832d01c",
    "job": 1,
    "reference": "0012",
    "state": 0,
    "team": 1,
    "timestamp": "2026-03-19T10:21:14.243Z",
}


def reading(server: Server, payments: t.Any, teams: t.Any = "[]", **top: t.Any) -> Run:
    """A run against an API that gives these answers; texts and bytes as they stand."""

    def answer(request: Request) -> Answer:
        return Answer(payments if request.path == PATH else teams)

    server.handler = answer
    config = served_by(server.url, "2026-03-19") | {"end_date": "2026-03-20", "max_retries": 1}
    return sync(Clock(), config | top)


def test_a_record_is_the_vendors_row_and_the_account(server: Server) -> None:
    run = reading(server, [FULL], [{"id": 7, "name": "Évry"}])
    assert run.records(STREAM) == [{"_account": "default", **FULL, "_extra": None}]
    assert run.records(TEAMS) == [{"_account": "default", "id": 7, "name": "Évry", "_extra": None}]
    assert_fitting(run)


def test_an_empty_array_is_no_rows_and_an_end(server: Server) -> None:
    run = reading(server, [])
    assert run.failed is None
    assert run.of("RECORD") == []
    assert len(run.states) == 1


@pytest.mark.parametrize(
    ("field", "spelled", "value", "extra"),
    [
        ("amount", "12.10", "12.10", None),
        ("amount", "1e3", "1e3", None),
        ("amount", "12345678901234567.89", "12345678901234567.89", None),
        ("amount", '"twelve"', None, "twelve"),
        ("campaign", "123456789012345678901234567890", 123456789012345678901234567890, None),
        ("campaign", '"1"', None, "1"),
        ("state", "1.0", None, 1.0),
        ("state", "null", None, None),
        ("team", "true", None, True),
        ("reference", "12", "12", None),
        ("reference", "[1, 2]", "[1, 2]", None),
        ("timestamp", '"2026-03-19 10:21"', "2026-03-19 10:21", None),
        ("timestamp", '"soon"', None, "soon"),
        ("timestamp", "1773915674243", None, 1773915674243),
    ],
)
def test_a_value_of_another_type_is_written_as_text_or_goes_into_extra(
    server: Server, field: str, spelled: str, value: t.Any, extra: t.Any
) -> None:
    body = json.dumps([FULL]).replace(
        f'"{field}": {json.dumps(FULL[field])}', f'"{field}": {spelled}'
    )
    run = reading(server, body)
    (record,) = run.records(STREAM)
    assert extra_of(record) == (None if extra is None else {field: extra})
    assert record == {
        "_account": "default",
        **FULL,
        field: value,
        "_extra": record["_extra"],
    }
    assert_fitting(run)


@pytest.mark.parametrize(
    "row", [{}, {**FULL, "id": None}, {**FULL, "id": 5}, {**FULL, "id": ["1"]}]
)
def test_a_key_that_is_missing_or_of_another_type_is_an_error_that_names_it(
    server: Server, row: Row
) -> None:
    run = reading(server, [FULL, row])
    assert run.failed is not None
    for word in (STREAM, "'default'", "'id'", "2026-03-19"):
        assert word in run.failed
    assert run.states == []


@pytest.mark.parametrize(
    "body",
    [
        *("{}", '{"payment_transactions":[]}', "null", '"none"', "0", "", "<html></html>"),
        *("[{}", "[1]", "[null]", "[[]]", '["text"]', "[" * 100_000),
    ],
)
def test_a_document_of_another_shape_is_never_taken_for_no_rows(server: Server, body: str) -> None:
    run = reading(server, body, body)
    assert run.failed is not None
    for word in (STREAM, TEAMS, "'default'"):
        assert word in run.failed
    assert "please report" not in run.failed
    assert run.of("RECORD") == run.states == []


def test_an_unknown_field_goes_into_extra_and_is_warned_of_once(server: Server) -> None:
    rows = [{**FULL, "id": str(n), "phone": "+46-canary", "_account": 1} for n in range(40)]
    run = reading(server, rows)
    assert {record["_extra"] for record in run.records(STREAM)} == {
        '{"_account":1,"phone":"+46-canary"}'
    }
    assert len(run.logged("WARNING", STREAM, "'phone'")) == 1
    assert "canary" not in "\n".join(run.log)
    assert_fitting(run)


def test_the_schema_says_keys_and_cursor(server: Server) -> None:
    run = reading(server, [])
    (schema,) = run.of("SCHEMA", STREAM)
    assert schema["key_properties"] == ["_account", "id"]
    assert schema["bookmark_properties"] == ["timestamp"]
    amount = schema["schema"]["properties"]["amount"]
    assert (amount["type"], amount["format"]) == (["string", "null"], "x-singer.decimal")
