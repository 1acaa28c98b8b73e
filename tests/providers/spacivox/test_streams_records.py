"""Calls and texts: read by windows like payments, where a catalog selects them."""

from __future__ import annotations

import itertools
import typing as t
from datetime import timedelta

import pytest

from tap_payments.sandbox import Fault
from tests.providers.spacivox.box import (
    HORIZON,
    PATH,
    box,
    put,
    put_other,
    served_by,
)
from tests.rows.privacy_box import hmac_of
from tests.support.clock import NOW, Clock
from tests.support.server import Answer
from tests.support.taps import assert_fitting, discover, selecting, settings, sync, watermarks
from tests.support.vendor_json import extra_of

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.support.server import Server
    from tests.support.taps import Row, Run

KINDS = ("call_records", "text_records")
each_kind = pytest.mark.parametrize("kind", KINDS)


def read(sandbox: Sandbox, kind: str, start: str, state: Row | None = None, **own: t.Any) -> Run:
    config = settings(sandbox, "spacivox", start, **own)
    return sync(sandbox, config, state=state, catalog=selecting(config, f"spacivox_{kind}"))


def answered(server: Server, kind: str, rows: t.Any, **top: t.Any) -> Run:
    """A run over one day of an API that gives this answer."""
    server.handler = lambda _request: Answer(rows)
    config = served_by(server.url) | {"end_date": "2026-03-20", "max_retries": 0} | top
    return sync(Clock(), config, catalog=selecting(config, f"spacivox_{kind}"))


def test_they_are_listed_and_not_selected_by_default() -> None:
    with box() as sandbox:
        config = settings(sandbox, "spacivox", "2026-03-20")
        selected = {}
        for entry in discover(config)["streams"]:
            (root,) = (each["metadata"] for each in entry["metadata"] if not each["breadcrumb"])
            assert root["selected"] is root["selected-by-default"]
            selected[entry["tap_stream_id"].removeprefix("spacivox_")] = root["selected"]
        others = dict.fromkeys((*KINDS, "jobs"), False)
        assert selected == {"payment_transactions": True, "teams": True, **others}
        put(sandbox, "1", "2026-03-20T10:00:00.000Z")
        for kind in others:
            put_other(sandbox, kind, 1, timestamp="2026-03-20T10:00:00.000Z")
        sandbox.faults.add(Fault("spacivox", 400, path="/j/jobs", times=None))
        run = sync(sandbox, config)
        assert run.failed is None
        assert {one.path for one in sandbox.journal} == {PATH, "/j/teams"}
        assert list(run.state["bookmarks"]) == ["spacivox_payment_transactions"]


@each_kind
def test_windows_reach_up_to_now_over_a_quiet_day(kind: str) -> None:
    with box() as sandbox:
        rows = [
            put_other(sandbox, kind, number, timestamp=f"2026-03-{day}T10:21:14.243Z")
            for number, day in ((1, 17), (2, 17), (3, 19), (4, 20))
        ]
        run = read(sandbox, kind, "2026-03-17", concurrency=1)
        days = [f"2026-03-{day}T00:00:00Z" for day in (17, 18, 19, 20)] + ["2026-03-20T11:55:00Z"]
        asked = sandbox.journal.of("spacivox", f"/j/{kind}")
        assert [one.query for one in asked] == [
            {"start": since, "end": until} for since, until in itertools.pairwise(days)
        ]
        key = f"spacivox_{kind}"
        assert sorted(row["id"] for row in run.rows(key)) == [1, 2, 3, 4]
        given = {
            row["id"]: {name: value for name, value in row.items() if value is not None}
            for row in rows
        }
        assert {row["id"]: row for row in run.rows(key)} == given
        marks = [watermarks(state, key)["default"] for state in run.states]
        assert marks == [f"{day[:-1]}.000000Z" for day in days[1:]]
        assert_fitting(run)


@each_kind
def test_what_comes_late_is_read_by_the_lookback(kind: str) -> None:
    with box() as sandbox:
        soon = NOW + timedelta(hours=1)
        put_other(sandbox, kind, 1, timestamp="2026-03-18T12:00:00.000Z", at=soon)
        put_other(
            sandbox, kind, 2, timestamp="2026-03-19T12:00:00.000Z", changes=[(soon, {"team": 7})]
        )
        first = read(sandbox, kind, "2026-03-10")
        assert [row["id"] for row in first.rows(f"spacivox_{kind}")] == [2]
        sandbox.clock.advance(hours=2)
        second = read(sandbox, kind, "2026-03-10", state=first.state)
        found = {row["id"]: row["team"] for row in second.rows(f"spacivox_{kind}")}
        assert found == {1: 1, 2: 7}


@each_kind
def test_teams_have_a_watermark_each(kind: str) -> None:
    with box() as sandbox:
        for team in (1, 2, 7):
            put_other(sandbox, kind, team, timestamp="2026-03-20T10:00:00.000Z", team=team)
        run = read(sandbox, kind, "2026-03-20", teams=[7, 2])
        assert {row["id"] for row in run.rows(f"spacivox_{kind}")} == {7, 2}
        assert watermarks(run.state, f"spacivox_{kind}") == {
            ("default", team): HORIZON for team in (7, 2)
        }


@each_kind
def test_a_window_that_is_too_large_is_halved(kind: str) -> None:
    with box() as sandbox:
        sandbox.spacivox.max_window_hours = 6
        for hour in range(24):
            put_other(sandbox, kind, hour, timestamp=f"2026-03-19T{hour:02}:00:00.000Z")
        run = read(sandbox, kind, "2026-03-19")
        assert run.failed is None
        assert sorted(row["id"] for row in run.rows(f"spacivox_{kind}")) == list(range(24))


@each_kind
@pytest.mark.parametrize("mode", ["keep", "hash", "drop"])
def test_the_number_is_personal_and_so_is_what_nobody_knows(
    server: Server, kind: str, mode: str
) -> None:
    with box() as sandbox:
        example = sandbox.spacivox.example(kind, number="+46-canary", body="dear canary")
    key = {"personal_data_key": "a key, é"} if mode == "hash" else {}
    run = answered(server, kind, [example], personal_data=mode, **key)
    (record,) = run.records(f"spacivox_{kind}")
    replaced = {"keep": "+46-canary", "hash": hmac_of("+46-canary"), "drop": None}
    body = {"keep": "dear canary", "hash": hmac_of("dear canary"), "drop": None}
    assert record["number"] == replaced[mode]
    assert extra_of(record) == {"body": body[mode]}
    assert (record["reference"], record["job"]) == (example["reference"], example["job"])
    assert "canary" not in "\n".join(run.log)
    assert mode == "keep" or b"canary" not in b"".join(run.lines)


@each_kind
def test_a_value_of_another_type_goes_into_extra_and_a_key_is_an_error(
    server: Server, kind: str
) -> None:
    with box() as sandbox:
        example = sandbox.spacivox.example(kind)
    run = answered(server, kind, [{**example, "job": "x", "reference": 12}])
    (record,) = run.records(f"spacivox_{kind}")
    assert (record["job"], record["reference"], extra_of(record)) == (None, "12", {"job": "x"})
    assert_fitting(run)
    for wrong in ({**example, "id": "1"}, {**example, "id": None}, 5):
        run = answered(server, kind, [example, wrong])
        assert run.failed is not None
        assert f"spacivox_{kind} (account 'default'): window 2026-03-19" in run.failed
        assert run.states == []
        assert "please report" not in run.failed
