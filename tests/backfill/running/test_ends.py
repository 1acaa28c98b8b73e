"""However a shard ends, its result says what is delivered, or there is none."""

from __future__ import annotations

import signal
import time

import pytest

from tests.backfill.box import Box, day, records, started

ZIMPLER = ("--streams", "zimpler_transactions", "--accounts", "main")


def test_a_shard_that_fails_says_so(box: Box) -> None:
    box.config |= {"max_retries": 0}
    box.config["zimpler"] |= {"window_days": 1, "concurrency": 1}
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    box.sandbox.faults.add("zimpler:500:after=3")
    done = box.run(plan["shards"][0])
    assert done.code == 1
    assert plan["shards"][0]["id"] in done.last_line
    assert "answered 500" in done.last_line
    result = box.read(plan["shards"][0])
    assert result["complete"] is False
    assert result["contexts"] == []
    assert "answered 500" in result["error"]
    assert result["rows"] == len(records(done)) > 0
    assert result["requests"] == 4


def test_one_context_that_fails_leaves_the_shard_incomplete(box: Box) -> None:
    box.config |= {"max_retries": 0}
    box.config["spacivox"] |= {"teams": [1, 7], "concurrency": 1}
    only = ("--streams", "spacivox_payment_transactions")
    plan = box.make_plan(*only, "--shards", "1", "--until", day(8), since=day(9))
    box.sandbox.faults.add("spacivox:500:after=1")
    assert box.run(plan["shards"][0]).code == 1
    result = box.read(plan["shards"][0])
    assert (result["complete"], result["contexts"]) == (False, [{"_account": "default", "team": 1}])


def test_a_retry_replaces_the_result(box: Box) -> None:
    box.config |= {"max_retries": 0}
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    box.sandbox.faults.add("zimpler:500")
    assert box.run(plan["shards"][0]).code == 1
    assert box.run(plan["shards"][0]).code == 0
    assert box.read(plan["shards"][0])["complete"] is True
    assert [each.name for each in (box.folder / "results").iterdir()] == [
        f"{plan['shards'][0]['id']}.json"
    ]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_an_honest_result(box: Box, signum: signal.Signals) -> None:
    box.config["zimpler"] |= {"window_days": 1, "concurrency": 1}
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    box.sandbox.faults.add("zimpler:stall=120:after=3")
    with started(*box.run_arguments(plan["shards"][0])) as process:
        assert process.stdout
        assert process.stderr
        lines = [process.stdout.readline()]
        while not records(lines):  # the writer may be behind the reader
            lines.append(process.stdout.readline())
            assert lines[-1]
        until_asked(box, 4)
        before = time.monotonic()
        process.send_signal(signum)
        lines += process.stdout.readlines()
        assert b"Traceback" not in process.stderr.read()
        assert process.wait() == 128 + signum
        assert time.monotonic() - before < 60
    result = box.read(plan["shards"][0])
    assert result["complete"] is False
    assert signum.name in result["error"]
    assert result["rows"] == len(records(lines)) > 0
    assert not any(b'"STATE"' in line for line in lines)


def test_a_killed_run_leaves_no_result_not_even_an_older_one(box: Box) -> None:
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    assert box.run(plan["shards"][0]).code == 0
    box.sandbox.journal.clear()
    box.sandbox.faults.add("zimpler:stall=120")
    with started(*box.run_arguments(plan["shards"][0])) as process:
        until_asked(box, 1)
        process.kill()
        process.wait()
    assert list((box.folder / "results").iterdir()) == []


def test_a_reader_that_goes_away_leaves_an_honest_result(box: Box) -> None:
    box.config["zimpler"] |= {"window_days": 1, "page_size": 5}
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    with started(*box.run_arguments(plan["shards"][0])) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=100) != 0
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
    assert box.read(plan["shards"][0])["complete"] is False


def until_asked(box: Box, requests: int) -> None:
    deadline = time.monotonic() + 100
    while len(box.sandbox.journal) < requests:
        assert time.monotonic() < deadline
        time.sleep(0.01)
