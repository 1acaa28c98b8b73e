from __future__ import annotations

import http.client
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tap_payments.sandbox import Clock, Fault, FaultError, Sandbox
from tests.sandbox.client import Reply, ask, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
TOKEN = bearer("sandbox-spacivox-token-main-1")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=None, clock=Clock(NOW, frozen=True)) as sandbox:
        sandbox.spacivox.teams = [{"id": number, "name": "x" * 50} for number in range(100)]
        yield sandbox


def teams(sandbox: Sandbox, **headers: str) -> Reply:
    return ask(f"{sandbox.url}/spacivox/j/teams", {**TOKEN, **headers})


def statuses(sandbox: Sandbox, count: int) -> list[int]:
    return [teams(sandbox).status for _ in range(count)]


def test_a_status_strikes_so_many_times(sandbox: Sandbox) -> None:
    fault = sandbox.faults.add("spacivox:429:retry-after=2:times=2")
    replies = [teams(sandbox) for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 200]
    assert [reply.headers.get("retry-after") for reply in replies] == ["2", "2", None]
    assert (fault.seen, fault.fired) == (3, 2)


def test_retry_after_can_be_a_date_of_the_sandboxs_clock(sandbox: Sandbox) -> None:
    sandbox.faults.add("spacivox:503:retry-after=date+90")
    assert teams(sandbox).headers["retry-after"] == "Sun, 15 Mar 2026 12:01:30 GMT"


def test_after_and_every_pick_requests(sandbox: Sandbox) -> None:
    sandbox.faults.add("spacivox:500:after=1:every=2")
    assert statuses(sandbox, 6) == [200, 200, 500, 200, 500, 200]


def test_probability_is_the_same_for_the_same_seed(sandbox: Sandbox) -> None:
    runs = []
    for seed in (7, 7, 8):
        sandbox.faults.clear()
        sandbox.faults.add(f"spacivox:500:probability=0.5:seed={seed}")
        runs.append(statuses(sandbox, 20))
    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {200, 500}


def test_path_and_provider_narrow_it(sandbox: Sandbox) -> None:
    sandbox.faults.add("zimpler:500")
    sandbox.faults.add("spacivox:500:path=/j/payment")
    assert statuses(sandbox, 1) == [200]
    sandbox.faults.add("any:502")
    assert statuses(sandbox, 2) == [502, 200]


def test_stall_waits_and_then_answers(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("spacivox", "stall", seconds=0.1))
    began = time.monotonic()
    assert statuses(sandbox, 1) == [200]
    assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_truncate_breaks_off_in_the_middle(sandbox: Sandbox, encoding: str) -> None:
    whole = len(teams(sandbox).body)
    sandbox.faults.add("spacivox:truncate")
    with pytest.raises(http.client.IncompleteRead) as caught:
        teams(sandbox, **{"Accept-Encoding": encoding})
    sent, missing = len(caught.value.partial), caught.value.expected or 0
    assert abs(sent - missing) <= 1
    assert (sent + missing == whole) is (encoding == "identity")


def test_drop_answers_nothing(sandbox: Sandbox) -> None:
    sandbox.faults.add("spacivox:drop")
    with pytest.raises(http.client.RemoteDisconnected):
        teams(sandbox)
    assert [request.status for request in sandbox.journal] == [0]
    assert statuses(sandbox, 1) == [200]


def test_html_empty_and_half_a_document(sandbox: Sandbox) -> None:
    whole = teams(sandbox)
    for effect in ("html", "empty", "halfjson"):
        sandbox.faults.add(f"spacivox:{effect}")
    html, empty, half = teams(sandbox), teams(sandbox), teams(sandbox)
    assert (html.status, html.body[:9]) == (200, b"<!DOCTYPE")
    assert html.headers["content-type"].startswith("text/html")
    assert (empty.status, empty.body) == (200, b"")
    assert half.body == whole.body[: len(whole.body) // 2]
    assert half.headers["content-type"] == "application/json"


def test_an_expired_token_is_a_401(sandbox: Sandbox) -> None:
    sandbox.faults.add("spacivox:expired-token")
    assert statuses(sandbox, 2) == [401, 200]


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "zimpler",
        "zimpler:",
        "zimpler:200",
        "zimpler:600",
        "zimpler:explode",
        "zimpler:stall",
        "zimpler:stall=x",
        "zimpler:drop=3",
        "zimpler:500:times=0",
        "zimpler:500:times=x",
        "zimpler:500:every=0",
        "zimpler:500:after=-1",
        "zimpler:500:probability=2",
        "zimpler:500:retry-after=soon",
        "zimpler:500:colour=red",
    ],
)
def test_a_bad_spec_shows_the_grammar_in_one_line(spec: str) -> None:
    with pytest.raises(FaultError) as caught:
        Fault.parse(spec)
    assert "PROVIDER:EFFECT" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fault", ["paypal:500", Fault("paypal", 500)])
def test_a_fault_of_no_provider_is_refused(sandbox: Sandbox, fault: Fault | str) -> None:
    with pytest.raises(FaultError, match="tikpay, tikpay-downloads"):
        sandbox.faults.add(fault)
    assert list(sandbox.faults) == []


def test_a_fault_made_in_python_is_checked_too() -> None:
    with pytest.raises(FaultError):
        Fault("zimpler", "explode")
    assert Fault.parse("tikpay:500:accepted=yes") == Fault("tikpay", 500, accepted=True)
