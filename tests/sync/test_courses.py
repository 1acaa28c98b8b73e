from __future__ import annotations

import typing as t

import pytest

from tap_payments.errors import AccountFailed, StreamFailed
from tap_payments.streams.page import Closed, Page
from tap_payments.sync.courses import PartitionCourse, ask, in_window, plan_probes, read_course
from tap_payments.windows.window import Window
from tests.support.clock import NOW
from tests.support.server import Answer, Server
from tests.support.taps import state_of
from tests.sync.box import STREAM, box, settings

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.support.server import Request

ROW = b'{"id":"a","timestamp":"2026-03-18T01:00:00Z","team":1}'


def test_each_team_of_each_account_is_a_lane_of_its_own() -> None:
    accounts = [{"account": "one", "teams": [1, 2]}, {"account": "two"}]
    with box(settings(accounts=accounts, concurrency=3)) as made:
        routes = made.routes(STREAM)
        labels = [[each.partition.label for each in route.courses] for route in routes]
        assert labels == [
            [f"{STREAM} (account 'one', 1)"],
            [f"{STREAM} (account 'one', 2)"],
            [f"{STREAM} (account 'two')"],
        ]
        assert [route.width for route in routes] == [3, 3, 3]
        assert [course.windows for route in routes for course in route.courses] == [2, 2, 2]
        codecs = [course.codec for route in routes for course in route.courses]
        assert codecs[0] is codecs[1] is not codecs[2]


def test_all_reports_of_an_account_are_one_lane_and_the_list_of_jobs_comes_first(
    sandbox: Sandbox,
) -> None:
    with box(sandbox.config("tikpay") | {"start_date": "2026-03-18"}) as made:
        [route] = made.routes()
        names = [each.stream.name for each in route.courses]
    assert route.width == 1
    assert names[0] == "tikpay_report_jobs"
    reports = {"tikpay_customers", "tikpay_payments", "tikpay_taps", "tikpay_trips"}
    assert set(names[1:]) == reports


def test_a_state_that_cannot_be_read_fails_its_partition_and_plans_the_others() -> None:
    config = settings(accounts=[{"account": "one"}, {"account": "two"}])
    with box(config, state_of(STREAM, "yesterday", "one")) as made:
        one, two = (course for route in made.routes(STREAM) for course in route.courses)
        assert "is not an instant" in str(one.failure)
        assert not one.jobs
        assert two.failure is None
        assert len(two.jobs) == 2


def read(course: PartitionCourse, window: Window) -> list[tuple[t.Any, int]]:
    return list(read_course(course, window))


def test_a_window_is_read_with_the_bytes_that_it_takes_and_what_it_costs(server: Server) -> None:
    bodies = iter([b"[" + ROW + b"]", b"[]"])
    server.handler = lambda _request: Answer(next(bodies))
    with box(settings(server.url)) as made:
        [route] = made.routes(STREAM)
        [course] = route.courses
        for window, rows, size in zip(list(course.jobs), (1, 0), (len(ROW) + 2, 2), strict=True):
            (page, taken), (closed, nothing) = read(course, window)
            assert isinstance(page, Page)
            assert isinstance(closed, Closed)
            assert (len(page.rows), taken, nothing) == (rows, size, 0)
            assert closed.window == window
        assert course.statistics.requests == 2


def test_a_window_that_fails_is_named(server: Server) -> None:
    server.script(Answer(ROW[:9]))
    config = settings(server.url) | {"max_retries": 0}
    with box(config) as made:
        [route] = made.routes(STREAM)
        [course] = route.courses
        with pytest.raises(StreamFailed, match="window 2026-03-18T00:00:00Z"):
            read(course, course.jobs[0])
        assert course.statistics.requests == 1


def test_an_accounts_failure_names_no_window_so_that_it_is_said_once() -> None:
    window = Window(NOW, NOW)
    account = AccountFailed("GET /x answered 401", status=401)
    assert in_window(account, window) is account
    stream = StreamFailed("GET /x answered 422", kind="config", status=422)
    assert in_window(stream, None) is stream
    named = in_window(stream, window)
    assert str(named) == f"window {window}: GET /x answered 422"
    assert (named.kind, named.status) == ("config", 422)


def test_each_account_is_asked_once_for_each_stream_and_one_by_one(server: Server) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Answer:
        asked.append(request.path)
        return Answer([])

    server.handler = answer
    accounts = [{"account": "one", "teams": [1, 2]}, {"account": "two"}]
    with box(settings(server.url, accounts=accounts)) as made:
        routes = plan_probes([each for each in made.streams() if each.selected], made.run)
        assert [route.width for route in routes] == [1, 1]
        for route in routes:
            for probe in route.courses:
                assert list(ask(probe, None)) == []
    assert sorted(asked) == sorted(["/j/payment_transactions", "/j/teams"] * 2)
