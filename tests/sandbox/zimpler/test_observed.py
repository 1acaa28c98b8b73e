"""Zimpler replayed: the moods of a recording are those of the account that was recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.replay.moving import move
from tests.sandbox.client import Reply, ask
from tests.sandbox.replay.recorder import Recorder, credentials, replaying

if TYPE_CHECKING:
    from pathlib import Path

RECORDED = datetime(2026, 3, 15, 12, tzinfo=UTC)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
LATER = timedelta(days=66)
PATH = "/v4/transactions"
ALL = {"from_date": "2026-03-10", "to_date": "2026-03-14", "ascending": "true"}
DAY = {"from_date": "2026-03-13", "to_date": "2026-03-13", "ascending": "true"}


def probe(
    recorder: Recorder, auth: str = "basic", limit: int = 60, by: timedelta = timedelta()
) -> list[Reply]:
    """What a doctor may ask: a list in pages, a day alone, a page twice, a date with a time."""

    def asked(offset: int, size: int, dates: dict[str, str]) -> Reply:
        query = {"limit": size, "offset": offset, **move(dates, by)}
        return recorder.ask(PATH, query, auth=auth)

    replies, offset = [asked(0, limit, ALL)], 0
    while replies[-1].status == 200 and (rows := replies[-1].json["transactions"]):
        offset += len(rows)
        replies.append(asked(offset, limit, ALL))
    return [
        *replies,
        asked(0, 1000, DAY),
        asked(0, limit, ALL),
        asked(0, 10, {**DAY, "to_date": "2026-03-13T12:00:00Z"}),
        recorder.ask("/v4/current_balance", auth=auth),
    ]


def sandbox_in(*moods: str) -> Sandbox:
    """A sandbox to record, in these moods."""
    sandbox = Sandbox(days=6, accounts=1, clock=Clock(RECORDED, frozen=True))
    for mood in moods:
        sandbox.moods.set(f"zimpler.{mood}")
    return sandbox


@pytest.mark.parametrize(
    "moods",
    [
        [],
        ["auth_method=bearer"],
        ["auth_method=header", "api_key_header=x-mine"],
        ["count=page"],
        ["count=none"],
        ["page_cap=40"],
        ["page_cap=40", "count=none"],
        ["order_is_ascending=no"],
        ["order_is_stable=no", "ties=yes"],
        ["days_are_inclusive=no"],
        ["times_in_dates_accepted=no"],
        ["clock_skew_seconds=7200"],
    ],
)
def test_a_recording_shows_the_mood(tmp_path: Path, moods: list[str]) -> None:
    ways = {"auth_method=bearer": "bearer", "auth_method=header": "header x-mine"}
    auth = next((ways[mood] for mood in moods if mood in ways), "basic")
    with sandbox_in(*moods) as before:
        probe(Recorder(before, tmp_path, "zimpler"), auth)
    after = replaying(tmp_path, NOW)
    assert after.moods.now()["zimpler"] == before.moods.now()["zimpler"] | {"ties": "no"}


@pytest.mark.parametrize(
    "moods", [[], ["page_cap=40"], ["order_is_ascending=no"], ["keys_are_unique=no", "count=page"]]
)
def test_all_rows_can_be_read_in_other_pages_than_were_recorded(
    tmp_path: Path, moods: list[str]
) -> None:
    with sandbox_in(*moods, "ties=yes") as before:
        probe(Recorder(before, tmp_path, "zimpler"))
        served = read(before, ALL)
    with replaying(tmp_path, NOW) as after:
        again = read(after, move(ALL, LATER))
    assert again == move(served, LATER)
    assert len(again) > 150


def read(sandbox: Sandbox, query: dict[str, str]) -> list[Any]:
    rows: list[Any] = []
    headers = credentials(sandbox.zimpler.accounts["main"], "basic")
    url = f"{sandbox.url}/zimpler{PATH}"
    while page := ask(url, headers, query={"limit": 33, "offset": len(rows), **query}).json[
        "transactions"
    ]:
        rows += page
    return rows


def test_what_was_asked_is_answered_again(tmp_path: Path) -> None:
    """Also two answers to one request that differ, in turn."""
    with sandbox_in("ties=yes", "order_is_stable=no") as before:
        first = probe(Recorder(before, tmp_path, "zimpler"))
    with replaying(tmp_path, NOW) as after:
        for number in range(2):
            again = Recorder(after, tmp_path / f"again{number}", "zimpler")
            second = [reply.json for reply in probe(again, by=LATER)]
            assert second == [move(reply.json, LATER) for reply in first]
        rows = after.zimpler.rows("main")
    assert first[0].body != first[-3].body
    assert len({(row["id"], row["type"]) for row in rows}) == len(rows)


def test_a_way_to_authenticate_that_was_refused_is_refused_again(tmp_path: Path) -> None:
    with sandbox_in("auth_method=bearer") as before:
        recorder = Recorder(before, tmp_path, "zimpler", auth_method="basic")
        refused = recorder.ask(PATH, {"limit": 1}, auth="basic")
        recorder.ask(PATH, {"limit": 1}, auth="bearer")
    with replaying(tmp_path, NOW) as after:
        keys = after.zimpler.accounts["main"]
        url = f"{after.url}/zimpler{PATH}"
        assert after.config()["zimpler"]["auth_method"] == "basic"
        reply = ask(url, credentials(keys, "basic"))
        assert (reply.status, reply.body) == (401, refused.body)
        assert ask(url, credentials(keys, "bearer")).status == 200
        assert ask(url, credentials({**keys, "api_key": "x"}, "bearer")).status == 401
        assert ask(url).status == 401


def test_an_error_is_answered_again_and_nothing_else_in_its_place(tmp_path: Path) -> None:
    with sandbox_in() as before:
        recorder = Recorder(before, tmp_path, "zimpler")
        before.faults.add("zimpler:429:retry-after=date+90")
        before.faults.add("zimpler:html")
        replies = [recorder.ask(PATH, {"limit": 10, **DAY}) for _ in range(3)]
    with replaying(tmp_path, NOW) as after:
        recorder = Recorder(after, tmp_path / "again", "zimpler")
        again = [recorder.ask(PATH, {"limit": 10, **move(DAY, LATER)}) for _ in range(6)]
    assert [reply.status for reply in replies] == [429, 200, 200]
    assert [reply.status for reply in again] == [429, 200, 200] * 2
    assert again[0].headers["retry-after"] == "Wed, 20 May 2026 12:01:30 GMT"
    assert again[1].body == replies[1].body
    assert again[1].headers["content-type"] == "text/html; charset=utf-8"
    assert again[2].json == move(replies[2].json, LATER)


def test_a_value_that_was_not_kept_is_any_value(tmp_path: Path) -> None:
    with sandbox_in() as before:
        recorder = Recorder(before, tmp_path, "zimpler")
        recorder.ask(PATH, {"limit": 7, "site": "shop.example.com", **DAY})
    file = recorder.folder / "0001.json"
    file.write_text(file.read_text().replace('"site": "shop.example.com"', '"site": null'))
    with replaying(tmp_path, NOW) as after:
        url = f"{after.url}/zimpler{PATH}"
        headers = credentials(after.zimpler.accounts["main"], "basic")
        query = {"limit": 7, "site": "elsewhere.example.org", **move(DAY, LATER)}
        assert len(ask(url, headers, query=query).json["transactions"]) == 7
        assert ask(url, headers, query={**query, "limit": 8}).json["transactions"] == []
