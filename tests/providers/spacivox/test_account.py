"""What Spacivox is asked, and by whom: the token, the instants, the teams."""

from __future__ import annotations

import pytest

from tap_payments.sandbox import Fault
from tests.providers.spacivox.box import PATH, STREAM, TEAMS, asked, box, put
from tests.support.taps import settings, sync, watermarks

TOKEN = "sandbox-spacivox-token-main-1"


def test_every_request_carries_the_token_and_nothing_else_of_the_account() -> None:
    with box() as sandbox:
        put(sandbox, "1", "2026-03-19T10:00:00.000Z")
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-19"))
        assert run.failed is None
        assert {one.headers["authorization"] for one in sandbox.journal} == {f"Bearer {TOKEN}"}
        assert {one.path for one in sandbox.journal} == {PATH, "/j/teams"}
        assert {one.method for one in sandbox.journal} == {"GET"}


def test_instants_are_spelled_as_the_vendor_spells_them() -> None:
    with box() as sandbox:
        sync(sandbox, settings(sandbox, "spacivox", "2026-03-18T09:30:15+02:00", concurrency=1))
        assert asked(sandbox) == [
            ("2026-03-18T07:30:15Z", "2026-03-19T07:30:15Z"),
            ("2026-03-19T07:30:15Z", "2026-03-20T07:30:15Z"),
            ("2026-03-20T07:30:15Z", "2026-03-20T11:55:00Z"),
        ]
        for one in sandbox.journal.of("spacivox", PATH):
            assert one.query.keys() == {"start", "end"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_fatal_and_says_what_to_check(status: int) -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault("spacivox", status, times=None))
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-20"))
        assert run.failed is not None
        assert run.waits == []
        # A 401 is the account's, and asked for once; all else is each endpoint's own.
        paths = [PATH] if status == 401 else [PATH, "/j/teams"]
        assert [one.path for one in sandbox.journal] == paths
        words = ["spacivox.access_token"] if status in (401, 403) else []
        for word in (STREAM, TEAMS, "'default'", "GET", *paths, str(status), *words):
            assert run.failed.count(word) >= 1
        for secret in (TOKEN, "start=", "2026-03-20T00%3A"):
            assert secret not in "\n".join([run.failed, *run.log])


def test_teams_that_are_named_are_asked_for_one_by_one() -> None:
    with box() as sandbox:
        for team in (1, 2, 7, 9):
            put(sandbox, f"of {team}", "2026-03-20T10:00:00.000Z", team=team)
        config = settings(sandbox, "spacivox", "2026-03-20", teams=[7, 2, -1])
        run = sync(sandbox, config)
        assert {row["id"] for row in run.rows(STREAM)} == {"of 7", "of 2"}
        asked = sorted(one.query["team"] for one in sandbox.journal.of("spacivox", PATH))
        assert asked == ["-1", "2", "7"]
        mark = "2026-03-20T11:55:00.000000Z"
        assert watermarks(run.state, STREAM) == {
            ("default", 7): mark,
            ("default", 2): mark,
            ("default", -1): mark,
        }
        for record in run.records(STREAM):
            assert record.keys() == {"_account", "_extra", *sandbox.spacivox.example()}


def test_a_team_that_is_named_twice_is_asked_for_once() -> None:
    with box() as sandbox:
        put(sandbox, "1", "2026-03-20T10:00:00.000Z", team=1)
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-20", teams=[1, 1]))
        assert [row["id"] for row in run.rows(STREAM)] == ["1"]


@pytest.mark.parametrize("teams", [None, []])
def test_without_teams_there_is_no_filter_and_one_watermark(teams: list[int] | None) -> None:
    with box() as sandbox:
        put(sandbox, "1", "2026-03-20T10:00:00.000Z", team=9)
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-20", teams=teams))
        assert [row["id"] for row in run.rows(STREAM)] == ["1"]
        assert run.state["bookmarks"][STREAM]["partitions"] == [
            {
                "context": {"_account": "default"},
                "replication_key": "timestamp",
                "replication_key_value": "2026-03-20T11:55:00.000000Z",
            }
        ]


def test_a_team_that_fails_leaves_the_others() -> None:
    with box() as sandbox:
        put(sandbox, "1", "2026-03-20T10:00:00.000Z", team=1)
        put(sandbox, "2", "2026-03-20T10:00:00.000Z", team=2)
        sandbox.faults.add(Fault("spacivox", 400, path=PATH))
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-20", teams=[1, 2]))
        (left,) = (row["team"] for row in run.rows(STREAM))  # both are asked at the same time
        assert run.failed is not None
        assert f"{STREAM} (account 'default', {3 - left}): window 2026-03-20" in run.failed
        assert list(watermarks(run.state, STREAM)) == [("default", left)]


def test_the_list_of_teams_is_read_whole_in_every_run() -> None:
    with box() as sandbox:
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-20"))
        assert run.rows(TEAMS) == sandbox.spacivox.teams
        (schema,) = run.of("SCHEMA", TEAMS)
        assert schema["key_properties"] == ["_account", "id"]
        sandbox.spacivox.teams = [{"id": 3, "name": "new", "lead": "x"}]
        again = sync(sandbox, settings(sandbox, "spacivox", "2026-03-20"), state=run.state)
        assert again.records(TEAMS) == [
            {"_account": "default", "id": 3, "name": "new", "_extra": '{"lead":"x"}'}
        ]
        assert TEAMS not in again.state["bookmarks"]
