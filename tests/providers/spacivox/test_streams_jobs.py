"""Jobs: what was modified since the watermark, up to now, in one answer."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest

from tap_payments.sandbox import Fault
from tests.providers.spacivox.box import HORIZON, box, put_other, served_by
from tests.rows.privacy_box import hmac_of
from tests.support.clock import NOW, Clock
from tests.support.server import Answer
from tests.support.taps import assert_fitting, selecting, settings, sync, watermarks
from tests.support.vendor_json import extra_of

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.support.server import Server
    from tests.support.taps import Row, Run

JOBS = "spacivox_jobs"
PATH = "/j/jobs"
LONG_AGO = "2026-01-15T08:00:00.000Z"


def read(sandbox: Sandbox, start: str, state: Row | None = None, **own: t.Any) -> Run:
    config = settings(sandbox, "spacivox", start, **own)
    return sync(sandbox, config, state=state, catalog=selecting(config, JOBS))


def answered(server: Server, body: t.Any, **top: t.Any) -> Run:
    """A run over one day of an API that gives this answer."""
    server.handler = lambda _request: Answer(body)
    config = served_by(server.url) | {"end_date": "2026-03-20", "max_retries": 0} | top
    return sync(Clock(), config, catalog=selecting(config, JOBS))


def asked(sandbox: Sandbox) -> list[dict[str, str]]:
    return [one.query for one in sandbox.journal.of("spacivox", PATH)]


def example(**fields: t.Any) -> Row:
    with box() as sandbox:
        return sandbox.spacivox.example("jobs", **fields)


def put_job(sandbox: Sandbox, number: int, created: str, **more: t.Any) -> Row:
    return put_other(sandbox, "jobs", number, created_at=created, **more)


def test_a_first_run_asks_once_however_long_its_time_is() -> None:
    with box() as sandbox:
        row = put_job(sandbox, 1, "2026-03-11T08:00:00.000Z", value=123.4)
        put_job(sandbox, 2, LONG_AGO)
        run = read(sandbox, "2026-03-10T09:30:00", window_days=1, teams=[1, 2])
        assert asked(sandbox) == [{"modified_since": "2026-03-10T09:30:00Z"}]
        given = {name: value for name, value in row.items() if value is not None}
        assert run.rows(JOBS) == [{**given, "value": "123.4"}]
        (record,) = run.records(JOBS)
        assert record["_observed_at"] == "2026-03-20T12:00:00.000000Z"
        assert [watermarks(state, JOBS) for state in run.states] == [{"default": HORIZON}]
        assert_fitting(run)


def test_a_job_is_delivered_again_whenever_it_is_modified() -> None:
    with box() as sandbox:
        called, later = NOW + timedelta(hours=1), NOW + timedelta(days=40)
        changes: t.Any = [(called, {"state": 1}), (later, {"label": "promise"})]
        put_job(sandbox, 1, LONG_AGO, changes=changes)
        put_job(sandbox, 2, LONG_AGO)
        first = read(sandbox, "2026-01-01")
        assert {row["id"]: row["state"] for row in first.rows(JOBS)} == {1: 0, 2: 0}
        sandbox.clock.advance(hours=2)
        second = read(sandbox, "2026-01-01", state=first.state)
        assert [(row["id"], row["state"]) for row in second.rows(JOBS)] == [(1, 1)]
        sandbox.clock.advance(days=20)
        again = read(sandbox, "2026-01-01", state=second.state)
        assert again.rows(JOBS) == second.rows(JOBS)  # within the lookback
        sandbox.clock.advance(days=1)
        quiet = read(sandbox, "2026-01-01", state=again.state)
        assert quiet.rows(JOBS) == []
        assert watermarks(quiet.state, JOBS) == {"default": "2026-04-10T13:55:00.000000Z"}
        sandbox.clock.advance(days=20)
        last = read(sandbox, "2026-01-01", state=quiet.state)
        assert [(row["id"], row.get("label")) for row in last.rows(JOBS)] == [(1, "promise")]
        assert [one["modified_since"] for one in asked(sandbox)] == [
            "2026-01-01T00:00:00Z",
            "2026-03-17T11:55:00Z",  # the watermark less the lookback of three days
            "2026-03-17T13:55:00Z",
            "2026-04-06T13:55:00Z",
            "2026-04-07T13:55:00Z",
        ]


def test_what_is_modified_beyond_the_horizon_comes_now_and_again() -> None:
    """The last five minutes have not settled: the answer holds them, the watermark does not."""
    with box() as sandbox:
        put_job(sandbox, 1, "2026-03-20T11:59:00.000Z")
        first = read(sandbox, "2026-03-20", lookback_days=0)
        assert [row["id"] for row in first.rows(JOBS)] == [1]
        assert watermarks(first.state, JOBS) == {"default": HORIZON}
        sandbox.clock.advance(hours=1)
        second = read(sandbox, "2026-03-20", state=first.state, lookback_days=0)
        assert [row["id"] for row in second.rows(JOBS)] == [1]


def test_a_full_table_asks_from_the_start_and_writes_no_watermark() -> None:
    with box() as sandbox:
        put_job(sandbox, 1, "2026-03-11T08:00:00.000Z")
        config = settings(sandbox, "spacivox", "2026-03-10")
        catalog = selecting(config, JOBS)
        for entry in catalog["streams"]:
            entry["replication_method"] = "FULL_TABLE"
        run = sync(sandbox, config, catalog=catalog)
        assert [row["id"] for row in run.rows(JOBS)] == [1]
        assert run.states == []


def test_a_refusal_of_the_filter_says_that_its_name_is_not_certain() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault("spacivox", 400, path=PATH))
        run = read(sandbox, "2026-03-20")
        assert run.failed is not None
        for word in (JOBS, "GET /j/jobs answered 400", "modified_since may have another name"):
            assert word in run.failed
        assert "deselect spacivox_jobs" in run.failed
        assert run.waits == []
        assert run.states == []


@pytest.mark.parametrize("status", [403, 404, 413, 422])
def test_another_refusal_says_nothing_of_the_filter(status: int) -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault("spacivox", status, path=PATH))
        run = read(sandbox, "2026-03-20")
        assert run.failed is not None
        assert str(status) in run.failed
        assert "another name" not in run.failed
        assert len(asked(sandbox)) == 1


def test_an_answer_that_may_be_cut_fails_and_commits_nothing() -> None:
    with box() as sandbox:
        for number in range(3):
            put_job(sandbox, number, "2026-03-19T08:00:00.000Z")
        run = read(sandbox, "2026-03-19", longest_answer=3)
        assert run.failed is not None
        assert "an answer of 3 rows may be cut" in run.failed
        assert run.rows(JOBS) == run.states == []
        assert len(asked(sandbox)) == 1
        assert read(sandbox, "2026-03-19", longest_answer=4).failed is None


PERSONAL = {
    "address_lines": ["1 rue canary", None],
    "city": "canary",
    "data": {"note": "canary", "score": 7, "more": [{"x": "canary"}]},
    "email": "canary@example.com",
    "name": "canary",
    "numbers": ["+33-canary"],
    "postal_code": "canary",
    "url": "https://crm.example.com/canary",
}


def test_personal_values_are_dropped(server: Server) -> None:
    run = answered(server, [example(**PERSONAL)], personal_data="drop")
    (record,) = run.records(JOBS)
    assert {name: record[name] for name in PERSONAL} == {
        **dict.fromkeys(PERSONAL),
        "address_lines": [None, None],
        "data": {"note": None, "score": None, "more": [{"x": None}]},
        "numbers": [None],
    }
    assert (record["reference"], record["country"]) == ("1234567", "FR")
    assert b"canary" not in b"".join(run.lines)
    assert_fitting(run)


def test_personal_values_are_hashed(server: Server) -> None:
    run = answered(
        server, [example(**PERSONAL)], personal_data="hash", personal_data_key="a key, é"
    )
    (record,) = run.records(JOBS)
    assert {name: record[name] for name in PERSONAL} == {
        **{name: hmac_of(text) for name, text in PERSONAL.items() if isinstance(text, str)},
        "address_lines": [hmac_of("1 rue canary"), None],
        "data": {
            "note": hmac_of("canary"),
            "score": hmac_of("7"),
            "more": [{"x": hmac_of("canary")}],
        },
        "numbers": [hmac_of("+33-canary")],
    }
    assert b"canary" not in b"".join(run.lines)


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_personal_values_of_another_type_are_no_less_so(server: Server, mode: str) -> None:
    odd: Row = {
        "numbers": "+33-canary",
        "data": '{"note": "canary"}',
        "address_lines": {"street": "canary"},
        "name": ["canary"],
        "surname": "canary",
    }
    run = answered(server, [example(**odd)], personal_data=mode, personal_data_key="a key, é")
    assert len(run.records(JOBS)) == 1
    assert "canary" not in "\n".join([*run.log, *map(bytes.decode, run.lines)])


def test_amounts_keep_their_digits_and_what_does_not_fit_goes_into_extra(server: Server) -> None:
    job = '{"id":1,"value":12345678901234567.10,"state":"done","data":{"a":1.50}}'
    run = answered(server, f"[{job}]")
    (record,) = run.records(JOBS)
    assert (record["value"], record["state"]) == ("12345678901234567.10", None)
    assert extra_of(record) == {"state": "done"}
    assert b'"data":{"a":1.50}' in b"".join(run.lines)
    assert_fitting(run)


@pytest.mark.parametrize("body", ["{}", "null", "[1]", '[{"id":"1"}]', '[{"name":"x"}]', "<html>"])
def test_an_answer_that_is_malformed_is_an_error_that_names_the_stream(
    server: Server, body: str
) -> None:
    run = answered(server, body)
    assert run.failed is not None
    assert f"{JOBS} (account 'default'): window 2026-03-19" in run.failed
    assert "please report" not in run.failed
    assert run.records(JOBS) == run.states == []
