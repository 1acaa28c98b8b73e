"""Windows that are fetched at once: the output is that of one after the other."""

from __future__ import annotations

import threading
import typing as t

import pytest

from tap_payments.sandbox import Clock, Fault, Sandbox
from tests.support.clock import NOW
from tests.support.taps import Row, Run, settings, spelled, sync, watermarks

STREAMS = {"zimpler": "zimpler_transactions", "spacivox": "spacivox_payment_transactions"}


def box() -> Sandbox:
    """Sixteen days of generated rows, and a clock that stands still."""
    return Sandbox(seed=5, days=16, accounts=1, clock=Clock(NOW, frozen=True))


def day_by_day(sandbox: Sandbox, provider: str, workers: int, **own: t.Any) -> Row:
    own = {"concurrency": workers, "window_days": 1, **own}
    return settings(sandbox, provider, **own) | {"sync_windows": True}


def content(run: Run) -> dict[str, list[Row]]:
    """What a run says of each stream, in order, but for its own name and the real time."""
    found: dict[str, list[Row]] = {}
    for message in run.messages:
        message.pop("time_extracted", None)
        message.get("record", {}).pop("run_id", None)
        found.setdefault(message.get("stream", ""), []).append(message)
    return found


@pytest.mark.parametrize("provider", STREAMS)
def test_the_output_does_not_depend_on_how_many_are_in_flight(provider: str) -> None:
    outputs = {}
    for workers in (1, 4, 8):
        with box() as sandbox:
            # Some answers are slow, so that windows end in another order than they began.
            slow = Fault(provider, "stall", seconds=0.02, probability=0.4, times=None)
            sandbox.faults.add(slow)
            pages = {"page_size": 20} if provider == "zimpler" else {}
            run = sync(sandbox, day_by_day(sandbox, provider, workers, **pages))
            assert run.failed is None
            outputs[workers] = content(run)
            at_once = max(one.in_flight for one in sandbox.journal)
            assert at_once == 1 if workers == 1 else 1 < at_once <= workers
            truth = sandbox.apis[provider].rows("main")
            assert spelled(run.rows(STREAMS[provider])) == spelled(truth)
    assert outputs[1] == outputs[4] == outputs[8]


@pytest.mark.parametrize("workers", [1, 4, 8])
@pytest.mark.parametrize("provider", STREAMS)
def test_a_window_that_fails_ends_its_stream_where_it_lies(provider: str, workers: int) -> None:
    field = {"zimpler": "from_date", "spacivox": "start"}[provider]
    with box() as sandbox:
        everything = sync(sandbox, day_by_day(sandbox, provider, 1))
        sandbox.journal.clear()
        path = {"zimpler": "/v4/transactions", "spacivox": "/j/payment_transactions"}[provider]
        sandbox.faults.add(Fault(provider, 422, path=path, after=5))
        run = sync(sandbox, day_by_day(sandbox, provider, workers))
        assert run.failed is not None
        (refused,) = [one.query[field][:10] for one in sandbox.journal if one.status == 422]
        assert f"window {refused}T00:00:00Z.." in run.failed
        marks = watermarks(run.state, STREAMS[provider]) if run.states else {}
        first = everything.rows(STREAMS[provider])[0]
        is_first = refused == str(first.get("approved_at", first.get("timestamp")))[:10]
        assert marks == ({} if is_first else {"default": f"{refused}T00:00:00.000000Z"})
        rows, all_rows = run.rows(STREAMS[provider]), everything.rows(STREAMS[provider])
        assert rows == all_rows[: len(rows)]
        assert len([one for one in sandbox.journal if one.path == path]) <= 6 + 5 * workers
        for thread in threading.enumerate():
            if "_work" in thread.name:
                thread.join(5)
                assert not thread.is_alive()
