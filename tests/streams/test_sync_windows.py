"""`sync_windows`: what each window of a run cost and gave, to hold a warehouse against."""

from __future__ import annotations

import pytest

from tap_payments.sandbox import Clock, Fault, Sandbox
from tests.support.clock import NOW
from tests.support.taps import Row, Run, discover, settings, sync, watermarks

ZIMPLER, SPACIVOX = "zimpler_transactions", "spacivox_payment_transactions"
KEYS = ["_account", "stream", "series", "window_since", "window_until"]


def box(**accounts: tuple[str, ...]) -> Sandbox:
    return Sandbox(seed=2, days=6, accounts=accounts or 1, clock=Clock(NOW, frozen=True))


def recorded(run: Run, stream: str) -> list[Row]:
    return [row for row in run.records("sync_windows") if row["stream"] == stream]


def midnight(day: int) -> str:
    return f"2026-03-{day:02}T00:00:00.000000Z"


@pytest.mark.parametrize("given", [None, False])
def test_the_stream_is_there_only_where_it_is_asked_for(given: bool | None) -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler") | {"sync_windows": given}
        assert "sync_windows" not in {each["stream"] for each in discover(config)["streams"]}
        assert not sync(sandbox, config).records("sync_windows")
        listed = discover(config | {"sync_windows": True})["streams"]
        (entry,) = [each for each in listed if each["stream"] == "sync_windows"]
        assert entry["key_properties"] == KEYS
        assert "replication_key" not in entry


def test_each_closed_window_has_a_row_and_today_has_none() -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler", window_days=2, page_size=30, concurrency=1)
        run = sync(sandbox, config | {"sync_windows": True})
        rows = recorded(run, ZIMPLER)
        assert [(row["window_since"], row["window_until"]) for row in rows] == [
            (midnight(since), midnight(since + 2)) for since in (14, 16, 18)
        ]
        for row in rows:
            found = [
                each
                for each in run.rows(ZIMPLER)
                if row["window_since"] <= each["approved_at"] < row["window_until"]
            ]
            asked = [
                one
                for one in sandbox.journal.of("zimpler", "/v4/transactions")
                if one.query["from_date"] == row["window_since"][:10]
            ]
            assert row["records"] == row["provider_count"] == len(found) > 0
            assert row["requests"] == len(asked)
            assert row["pages"] == -(-(len(found) - 1) // 29)  # they share a row
            assert (row["_account"], row["series"], row["retries"]) == ("default", "all", 0)
            assert row["seconds"] == 0
        assert len({row["run_id"] for row in rows}) == 1
        (schema,) = run.of("SCHEMA", "sync_windows")
        assert schema["key_properties"] == KEYS


def test_retries_are_counted_and_so_are_the_seconds_they_took() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault("spacivox", 503, retry_after=7, path="/j/payment", times=2))
        config = settings(sandbox, "spacivox", concurrency=1) | {"sync_windows": True}
        first, *others = recorded(sync(sandbox, config), SPACIVOX)
        assert (first["requests"], first["retries"], first["seconds"]) == (3, 2, 14)
        for row in others:
            assert (row["requests"], row["retries"], row["seconds"]) == (1, 0, 0)
            assert row["provider_count"] is None


def test_a_row_is_written_before_the_state_that_covers_its_window() -> None:
    with box() as sandbox:
        run = sync(sandbox, settings(sandbox, "spacivox") | {"sync_windows": True})
        closed: set[str] = set()
        for message in run.messages:
            if message["type"] == "RECORD" and message["stream"] == "sync_windows":
                closed.add(message["record"]["window_until"])
            if message["type"] == "STATE":
                assert watermarks(message["value"], SPACIVOX)["default"] in closed
        assert len(closed) == len(run.states) == 7


def test_teams_and_accounts_have_series_of_their_own() -> None:
    with box(spacivox=("a", "b")) as sandbox:
        config = settings(sandbox, "spacivox", teams=[1, 7]) | {"sync_windows": True}
        run = sync(sandbox, config)
        assert {(row["_account"], row["series"]) for row in recorded(run, SPACIVOX)} == {
            (account, series) for account in ("a", "b") for series in ("team/1", "team/7")
        }


def test_a_window_that_fails_has_no_row_and_a_later_run_records_it() -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler", window_days=2) | {"sync_windows": True}
        sandbox.faults.add(Fault("zimpler", 400, path="/v4/transactions", after=2))
        run = sync(sandbox, config | {"zimpler": config["zimpler"] | {"concurrency": 1}})
        assert run.failed is not None
        assert [row["window_since"] for row in recorded(run, ZIMPLER)] == [midnight(14)]
        again = sync(sandbox, config, state=run.state)
        since, *_ = [row["window_since"] for row in recorded(again, ZIMPLER)]
        assert since == midnight(15)


def test_records_are_those_emitted_where_two_windows_share_a_row() -> None:
    with Sandbox(seed=None, days=6, accounts=1, clock=Clock(NOW, frozen=True)) as sandbox:
        sandbox.spacivox.end_is_inclusive = True
        row = sandbox.spacivox.example(id="1", timestamp="2026-03-19T00:00:00.000Z")
        sandbox.spacivox.put("main", row)
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-18") | {"sync_windows": True})
        assert [each["records"] for each in recorded(run, SPACIVOX)] == [1, 0, 0]


def test_a_halved_window_is_one_window_of_the_run() -> None:
    with box() as sandbox:
        sandbox.spacivox.max_window_hours = 12
        config = settings(sandbox, "spacivox", "2026-03-18", concurrency=1)
        run = sync(sandbox, config | {"sync_windows": True, "end_date": "2026-03-19"})
        (row,) = recorded(run, SPACIVOX)
        assert (row["requests"], row["pages"], row["retries"]) == (3, 2, 0)
        assert row["records"] == len(run.records(SPACIVOX))


def test_a_catalog_may_leave_the_stream_out() -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler") | {"sync_windows": True}
        catalog = discover(config)
        for entry in catalog["streams"]:
            for each in entry["metadata"]:
                if not each["breadcrumb"]:
                    each["metadata"]["selected"] = entry["stream"] == ZIMPLER
        run = sync(sandbox, config, catalog=catalog)
        assert {each.get("stream") for each in run.messages} == {ZIMPLER, None}
