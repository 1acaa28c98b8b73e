"""The sandbox's own time: nothing in it looks at another clock."""

from __future__ import annotations

import http.client
import itertools
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import ask, bearer

TOKEN = bearer("sandbox-spacivox-token-main-1")
SECOND = timedelta(seconds=1)
# Midnights, a leap day, a year's end, both nights of a clock change in Sydney.
INSTANTS = (
    datetime(2026, 11, 20, 0, 2, tzinfo=UTC),
    datetime(2026, 11, 30, 12, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 58, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 58, tzinfo=UTC),
    datetime(2027, 4, 3, 16, 30, tzinfo=UTC),
    datetime(2026, 10, 3, 16, 30, tzinfo=UTC),
)


def ticking(start: datetime | None = None, *, offset: timedelta = timedelta()) -> Clock:
    """A clock whose every look takes a second, on a machine where it is always noon."""
    ticks = itertools.count()
    noon = datetime(2026, 3, 15, 12, tzinfo=UTC).timestamp()
    return Clock(start, offset=offset, monotonic=lambda: float(next(ticks)), wall=lambda: noon)


def test_it_runs_from_the_real_instant_or_any_other_and_can_be_advanced() -> None:
    noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    behind = ticking(offset=-timedelta(hours=26))
    assert behind.now() == noon - timedelta(hours=26) + SECOND
    assert behind.now() == noon - timedelta(hours=26) + 2 * SECOND
    assert behind.advance(5, hours=26) == noon + 8 * SECOND
    assert behind.wall() == noon
    assert ticking(INSTANTS[0]).now() == INSTANTS[0] + SECOND


@pytest.mark.parametrize("now", INSTANTS)
def test_every_answer_says_the_sandboxs_time(now: datetime) -> None:
    with Sandbox(seed=None, clock=Clock(now, frozen=True)) as sandbox:
        sandbox.faults.add("spacivox:503")
        replies = [
            ask(f"{sandbox.url}/spacivox/j/teams", TOKEN),  # a fault
            ask(f"{sandbox.url}/spacivox/j/teams", TOKEN),
            ask(f"{sandbox.url}/spacivox/j/teams"),  # refused
            ask(f"{sandbox.url}/nothing"),
            ask(f"{sandbox.url}/_sandbox"),
            ask(f"{sandbox.downloads_url}/tikpay-downloads/reports/x"),
        ]
        assert [reply.status for reply in replies] == [503, 200, 403, 404, 200, 403]
        expected = f"{now:%a, %d %b %Y %H:%M:%S} GMT"
        assert {reply.headers["date"] for reply in replies} == {expected}
        assert date_of_a_bad_request(sandbox) == expected


def date_of_a_bad_request(sandbox: Sandbox) -> str | None:
    """The `Date` of an answer that the server gives before it knows the request."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port, timeout=30)
    connection.request("NONSENSE", "/")
    response = connection.getresponse()
    connection.close()
    assert response.status == 501
    return response.headers["Date"]


@pytest.mark.parametrize("now", INSTANTS)
def test_the_data_set_is_the_same_at_any_hour_and_date(now: datetime) -> None:
    """For one seed and first day; only how much of it has happened yet depends on the clock."""
    first = Sandbox(days=3, clock=Clock(now, frozen=True))
    later = now + timedelta(days=40, hours=7, minutes=31)
    days = (later.date() - first.first).days
    second = Sandbox(days=days, clock=Clock(later, frozen=True))
    assert first.first == second.first
    for name, api in first.apis.items():
        for account, kind in itertools.product(api.accounts, api.kinds):
            rows = api.rows(account, now, kind=kind)
            assert rows == second.apis[name].rows(account, now, kind=kind)
            assert rows
