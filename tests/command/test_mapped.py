"""Selection, stream maps and flattening: the fast way writes what the SDK's own way would."""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest

from tap_payments.sandbox.spacivox.examples import EXAMPLES
from tests.support.clock import Clock
from tests.support.server import Answer, rest_of
from tests.support.taps import Row, Run, discover, sync, watermarks

if t.TYPE_CHECKING:
    from tests.support.server import Request, Server

PAYMENT: Row = {
    "amount": "12.34",
    "campaign": 1,
    "id": "p1",
    "job": 12345678901234567890,
    "reference": "0012",
    "state": 0,
    "team": 1,
    "timestamp": "2026-03-19T10:21:14.243Z",
}
TRANSACTION: Row = {
    "id": "t1",
    "type": "deposit",
    "approved_at": "2026-03-19T07:06:11Z",
    "amount": "100.00",
    "fee_amount": "-6.50",
    "currency": "EUR",
    "ref": "Évry",
    "account_ref": "person-1",
}
ANSWERS: dict[str, t.Any] = {
    "/j/payment_transactions": [
        PAYMENT,
        {**PAYMENT, "id": "p2", "amount": "?", "note": {"a": [1.5]}},
    ],
    "/j/teams": [{"id": 1, "name": "North"}],
    "/j/call_records": [EXAMPLES["call_records"], {**EXAMPLES["call_records"], "id": 2, "x": 1}],
    "/j/text_records": [EXAMPLES["text_records"], {**EXAMPLES["text_records"], "id": 2, "job": ""}],
    "/j/jobs": [EXAMPLES["jobs"], {**EXAMPLES["jobs"], "id": 2, "data": None, "numbers": "none"}],
    "/v4/transactions": {
        "count": 2,
        "transactions": [TRANSACTION, {**TRANSACTION, "id": "t2", "amount": 5.5, "new": None}],
    },
    "/v4/current_balance": {"SEK": {"total": "1.00", "hold": "0.10"}, "EUR": {"total": "2.00"}},
}
KEYS: dict[str, tuple[str, ...]] = {
    **{f"spacivox_{path[3:]}": ("_account", "id") for path in sorted(ANSWERS) if path[1] == "j"},
    "zimpler_current_balance": ("_account", "currency"),
    "zimpler_transactions": ("_account", "id", "type"),
}
CURSORS = dict.fromkeys(KEYS, "timestamp") | {
    "spacivox_jobs": "_observed_at",
    "zimpler_transactions": "approved_at",
}
FIELDS = [
    (stream, name)
    for stream in KEYS
    for entry in discover()["streams"]
    if entry["tap_stream_id"] == stream
    for name in entry["schema"]["properties"]
]


@pytest.fixture
def config(server: Server) -> Row:
    """Both providers, one day, answers that are always the same."""
    server.handler = answer
    return {
        "start_date": "2026-03-19",
        "end_date": "2026-03-20",
        "spacivox": {"api_url": server.url, "access_token": "key"},
        "zimpler": {"api_url": server.url, "merchant_id": "shop", "api_key": "key"},
    }


def answer(request: Request) -> Answer:
    found = ANSWERS[request.path]
    if request.path == "/v4/transactions":
        found = {**found, "transactions": rest_of(found["transactions"], request)}
    return Answer(found)


def catalog_of(config: Row, *deselected: tuple[str, ...], method: str | None = None) -> Row:
    """The discovered catalog, all selected but for some paths of `(stream, field ...)`."""
    catalog = discover(config)
    for entry in catalog["streams"]:
        if method and entry.get("replication_key"):
            entry["replication_method"] = method
        root = next(each["metadata"] for each in entry["metadata"] if not each["breadcrumb"])
        root["selected"] = (entry["tap_stream_id"],) not in deselected
        for each in entry["metadata"]:
            path = (entry["tap_stream_id"], *each["breadcrumb"][1::2])
            if path in deselected and len(path) > 1:
                each["metadata"]["selected"] = False
    return catalog


def by_the_sdk(config: Row) -> Row:
    """The same run the SDK's own way: maps that change nothing."""
    return {**config, "stream_maps": {stream: {} for stream in KEYS}}


def content(run: Run) -> dict[str, list[t.Any]]:
    """What a run says of each stream, in order, without what says how long it took."""
    found: dict[str, list[t.Any]] = {}
    for each in run.messages:
        if each["type"] != "STATE":  # streams overlap: states say what is done of all
            told = {name: value for name, value in each.items() if name != "time_extracted"}
            found.setdefault(each["stream"], []).append(told)
    return found


def schema_fields(run: Run, stream: str) -> set[str]:
    (schema,) = run.of("SCHEMA", stream)
    return set(schema["schema"]["properties"])


def test_both_ways_write_the_same(config: Row) -> None:
    catalog = catalog_of(config)
    fast = sync(Clock(), config, catalog=catalog)
    careful = sync(Clock(), by_the_sdk(config), catalog=catalog)
    assert fast.failed is careful.failed is None
    assert content(fast) == content(careful)
    assert len(fast.of("RECORD")) == 13
    for message in fast.of("RECORD"):
        assert message["time_extracted"] == "2026-03-20T12:00:00+00:00"


@pytest.mark.parametrize(("stream", "field"), FIELDS)
def test_a_field_that_is_deselected_is_gone_from_schema_and_records(
    config: Row, stream: str, field: str
) -> None:
    catalog = catalog_of(config, (stream, field))
    fast = sync(Clock(), config, catalog=catalog)
    careful = sync(Clock(), by_the_sdk(config), catalog=catalog)
    assert fast.failed is None
    assert content(fast) == content(careful)
    kept = field in (*KEYS[stream], CURSORS.get(stream))
    assert (field in schema_fields(fast, stream)) is kept
    assert all((field in record) <= kept for record in fast.records(stream))
    assert watermarks(fast.state, "zimpler_transactions") == {
        "default": "2026-03-20T00:00:00.000000Z"
    }


@pytest.mark.parametrize("stream", KEYS)
def test_a_stream_that_is_deselected_is_neither_asked_for_nor_written(
    server: Server, config: Row, stream: str
) -> None:
    paths = dict(zip(sorted(KEYS), sorted(ANSWERS), strict=True))
    run = sync(Clock(), config, catalog=catalog_of(config, (stream,)))
    assert {each.path for each in server.requests} == {*paths.values()} - {paths[stream]}
    assert {each["stream"] for each in run.of("SCHEMA")} == {*KEYS} - {stream}
    assert stream not in run.state["bookmarks"]


def test_a_catalog_without_keys_or_cursor_keeps_those_of_the_tap(config: Row) -> None:
    catalog = catalog_of(config)
    for entry in catalog["streams"]:
        for name in ("key_properties", "replication_key", "replication_method"):
            entry.pop(name, None)
        entry["metadata"] = [{"breadcrumb": [], "metadata": {"selected": True}}]
    run = sync(Clock(), config, catalog=catalog)
    assert content(run) == content(sync(Clock(), config, catalog=catalog_of(config)))


@pytest.mark.parametrize(
    ("stream", "field", "number"),
    [("zimpler_transactions", "account_ref", 2), ("spacivox_payment_transactions", "reference", 2)],
)
def test_a_map_changes_records_and_nothing_else(
    config: Row, stream: str, field: str, number: int
) -> None:
    plain = sync(Clock(), config)
    run = sync(Clock(), config | {"stream_maps": {stream: {field: f"md5({field})"}}})
    assert run.failed is None
    expected = [
        {**record, field: hashlib.md5(record[field].encode()).hexdigest()}  # noqa: S324 - theirs
        for record in plain.records(stream)
    ]
    assert run.records(stream) == expected
    assert len(expected) == number
    assert run.state == plain.state
    others = [each for each in KEYS if each != stream]
    assert [run.records(each) for each in others] == [plain.records(each) for each in others]


def test_a_filter_an_alias_and_a_removal(config: Row) -> None:
    maps = {
        "zimpler_transactions": {"__filter__": "id == 't2'", "__alias__": "money"},
        "spacivox_payment_transactions": None,
        "second": {"__source__": "spacivox_teams", "nick": "name", "name": None},
    }
    plain = sync(Clock(), config)
    run = sync(Clock(), config | {"stream_maps": maps})
    assert run.failed is None
    assert run.records("second") == [
        {"_account": "default", "id": 1, "nick": "North", "_extra": None}
    ]
    assert run.records("money") == plain.records("zimpler_transactions")[1:]
    assert {each["stream"] for each in run.messages if "stream" in each} == {
        *("money", "second", "spacivox_teams", "zimpler_current_balance")
    }
    assert run.state == plain.state


def test_flattened_records_fit_their_schema(config: Row) -> None:
    flat = {"flattening_enabled": True, "flattening_max_depth": 3}
    catalog = catalog_of(config)
    plain, run = (sync(Clock(), each, catalog=catalog) for each in (config, config | flat))
    assert run.failed is None
    assert len(run.of("RECORD")) == len(plain.of("RECORD"))
    for stream in KEYS:
        for record, usual in zip(run.records(stream), plain.records(stream), strict=True):
            assert record.keys() <= schema_fields(run, stream)
            assert not any(isinstance(value, dict) for value in record.values())
            assert {name: record[name] for name in usual if name != "_extra"} == {
                name: in_one_column(usual[name]) for name in usual if name != "_extra"
            }
    assert run.state == plain.state


def in_one_column(value: t.Any) -> t.Any:
    """A value in one column: lists, and objects of which no schema knows a member, as text."""
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else value


def test_an_expression_that_cannot_be_evaluated_fails_its_stream_in_the_users_words(
    config: Row,
) -> None:
    run = sync(Clock(), config | {"stream_maps": {"zimpler_transactions": {"x": "nope(ref)"}}})
    assert run.failed is not None
    assert "zimpler_transactions (account 'default')" in run.failed
    assert "stream_maps" in run.failed
    assert "please report" not in run.failed
    assert "person-1" not in "\n".join([run.failed, *run.log])
    assert len(run.records("zimpler_current_balance")) == 2
    assert watermarks(run.state, "zimpler_transactions") == {}
