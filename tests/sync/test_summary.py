from __future__ import annotations

from tap_payments.errors import StreamFailed
from tap_payments.http.calls import Statistics
from tap_payments.sync.summary import Summary
from tests.sync.parts import partition


def cost(requests: int, retries: int = 0) -> Statistics:
    statistics = Statistics()
    statistics.requests, statistics.retries = requests, retries
    return statistics


def test_partitions_of_one_account_are_one_line() -> None:
    now = iter(range(100))
    summary = Summary(lambda part: f"until {part.stream}", lambda: float(next(now)))
    first, second = partition(team=1), partition(team=2)
    summary.started(first, 3)
    summary.started(second, 1)
    summary.progressed(first, rows=1200)
    summary.progressed(second, rows=34, windows=1)
    summary.ended(first, cost(5, 1))
    summary.ended(second, cost(2))
    header, line = summary.texts()
    assert header.split() == [
        *("stream", "account", "rows", "requests", "retries", "seconds", "watermark")
    ]
    assert line.split()[:5] == ["acme_rows", "main", "1,234", "7", "1"]
    assert line.endswith("until acme_rows")


def test_what_failed_says_so_in_the_place_of_its_watermark() -> None:
    summary = Summary(lambda _part: "2026", lambda: 0.0)
    good, bad = partition(account="a"), partition(account="b")
    for part in (good, bad):
        summary.started(part, 1)
    summary.failed(bad, StreamFailed("no"))
    for part in (good, bad):
        summary.ended(part, cost(1))
    assert [line.split()[-1] for line in summary.texts()] == ["watermark", "2026", "failed"]


def test_a_run_without_streams_has_no_table() -> None:
    assert list(Summary(lambda _part: "").texts()) == []
