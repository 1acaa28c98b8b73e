"""Moods by name, and those that every API has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.moods import MoodError, options_of
from tests.sandbox.client import Reply, ask, basic, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
TOKEN = bearer("sandbox-spacivox-token-main-1")
MAIN = basic("sandbox-merchant-1", "sandbox-zimpler-key-main")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=3, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def teams(sandbox: Sandbox) -> Reply:
    return ask(f"{sandbox.url}/spacivox/j/teams", TOKEN)


@pytest.mark.parametrize(
    ("spec", "api", "name", "value"),
    [
        ("zimpler.auth_method=bearer", "zimpler", "auth_method", "bearer"),
        ("zimpler.count=none", "zimpler", "count", None),
        ("zimpler.page_cap=500", "zimpler", "page_cap", 500),
        ("zimpler.order_is_stable=no", "zimpler", "order_is_stable", False),
        ("begateway.payment_method_types=erip", "begateway", "payment_method_types", ("erip",)),
        ("begateway.payment_method_types=none", "begateway", "payment_method_types", ()),
        ("begateway.count_offset=-2", "begateway", "count_offset", -2),
        ("spacivox.longest_answer=100", "spacivox", "longest_answer", 100),
        ("spacivox.max_window_hours=1.5", "spacivox", "max_window_hours", 1.5),
        ("tikpay.job_seconds=4000", "tikpay", "job_seconds", 4000),
        ("tikpay.outcomes=FAILED,none", "tikpay", "outcomes", ["FAILED", None]),
        (r"tikpay.delimiter=\t", "tikpay", "delimiter", "\t"),
        ("tikpay.timezone=Pacific/Auckland", "tikpay", "timezone", "Pacific/Auckland"),
        ("any.requests_per_second=2", "spacivox", "requests_per_second", 2),
        ("any.page_size=7", "begateway", "page_size", 7),
    ],
)
def test_a_mood_is_an_attribute(
    sandbox: Sandbox, spec: str, api: str, name: str, value: object
) -> None:
    sandbox.moods.set(spec)
    assert getattr(sandbox.apis[api], name) == value
    said = sandbox.moods.now()[api][name]
    assert said == spec.partition("=")[2].replace("\\t", "\t")
    sandbox.moods.reset()
    assert getattr(sandbox.apis[api], name) == options_of(type(sandbox.apis[api]))[name].default


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ("zimpler", "PROVIDER.OPTION=VALUE"),
        ("zimpler.auth_method", "PROVIDER.OPTION=VALUE"),
        ("paypal.auth_method=basic", "zimpler, begateway"),
        ("any.nonsense=1", "it has"),
        ("zimpler.auth_metod=basic", "did you mean auth_method?"),
        ("zimpler.xyz=1", "it has auth_method"),
        ("zimpler.auth_method=digest", "basic or bearer or header"),
        ("zimpler.page_cap=1001", "from 1 to 1000"),
        ("zimpler.page_cap=few", "from 1 to 1000"),
        ("zimpler.page_cap=", "from 1 to 1000"),
        ("zimpler.order_is_stable=true", "yes or no"),
        ("zimpler.clock_skew_seconds=nan", "a number"),
        ("zimpler.api_key_header=", "a text"),
        ("spacivox.longest_answer=0", "from 1"),
        ("spacivox.slow_window_hours=0", "above 0"),
        ("tikpay.outcomes=LATE", "NO_URL"),
        ("tikpay.delimiter=;;", "one character"),
        ("tikpay.timezone=Mars/Olympus", "time zone"),
        ("tikpay.gzip=zip", "padded"),
    ],
)
def test_what_is_no_mood_is_refused_by_name_in_one_line(
    sandbox: Sandbox, spec: str, word: str
) -> None:
    before = sandbox.moods.now()
    with pytest.raises(MoodError) as caught:
        sandbox.moods.set(spec)
    assert repr(spec) in str(caught.value)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)
    assert sandbox.moods.now() == before


def test_a_wrong_value_is_refused_in_python_too(sandbox: Sandbox) -> None:
    with pytest.raises(MoodError, match="auth_method is basic or bearer or header"):
        sandbox.zimpler.auth_method = "digest"


def test_what_decides_how_rows_are_made_cannot_come_late(sandbox: Sandbox) -> None:
    sandbox.zimpler.rows("main")
    with pytest.raises(MoodError, match="before the first request"):
        sandbox.zimpler.ties = True
    sandbox.moods.reset()
    assert sandbox.zimpler.ties is False


def test_two_sandboxes_have_their_own_moods(sandbox: Sandbox) -> None:
    sandbox.zimpler.page_cap = 3
    assert Sandbox(seed=None).zimpler.page_cap == 1000


def test_the_control_endpoint_sets_and_resets_them(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/_sandbox/moods"
    assert ask(url).json["zimpler"]["auth_method"] == "basic"
    reply = ask(url, body={"spec": "zimpler.auth_method=bearer"})
    assert reply.json["zimpler"]["auth_method"] == "bearer"
    assert sandbox.zimpler.auth_method == "bearer"
    refused = ask(url, body={"spec": "zimpler.auth_method=x"})
    assert (refused.status, "basic or bearer" in refused.json["message"]) == (400, True)
    assert ask(url, body={}).status == 400
    assert ask(url, method="DELETE").json["zimpler"]["auth_method"] == "basic"


def test_so_many_requests_a_second(sandbox: Sandbox) -> None:
    sandbox.moods.set("spacivox.requests_per_second=2")
    assert [teams(sandbox).status for _ in range(3)] == [200, 200, 429]
    assert teams(sandbox).headers["retry-after"] == "1"
    sandbox.clock.advance(0.9)
    sandbox.moods.set("spacivox.retry_after=date")
    assert teams(sandbox).headers["retry-after"] == "Sun, 15 Mar 2026 12:00:01 GMT"
    sandbox.moods.set("spacivox.retry_after=none")
    assert "retry-after" not in teams(sandbox).headers
    sandbox.clock.advance(0.1)
    assert [teams(sandbox).status for _ in range(3)] == [200, 200, 429]
    assert ask(f"{sandbox.url}/zimpler/v4/transactions", MAIN).status == 200


def test_answers_can_say_what_is_left_of_a_limit(sandbox: Sandbox) -> None:
    sandbox.moods.set("spacivox.rate_limit_headers=yes")
    assert "x-ratelimit-limit" not in teams(sandbox).headers
    sandbox.moods.set("spacivox.requests_per_second=2")
    left = []
    for _ in range(3):
        headers = teams(sandbox).headers
        left.append((headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]))
    assert left == [("2", "1"), ("2", "0"), ("2", "0")]


def test_the_date_header_can_be_wrong(sandbox: Sandbox) -> None:
    sandbox.moods.set("spacivox.clock_skew_seconds=-90")
    sandbox.faults.add("spacivox:500")
    for _ in range(2):
        assert teams(sandbox).headers["date"] == "Sun, 15 Mar 2026 11:58:30 GMT"
    reply = ask(f"{sandbox.url}/zimpler/v4/transactions", MAIN)
    assert reply.headers["date"] == "Sun, 15 Mar 2026 12:00:00 GMT"


def test_rows_can_have_fields_that_no_document_knows(sandbox: Sandbox) -> None:
    sandbox.moods.set("any.unknown_fields=channel,fee_class")
    window = {"start": "2026-03-12T00:00:00Z", "end": "2026-03-16T00:00:00Z"}
    params = {
        "date_type": "created_at",
        "from": "2026-03-12 00:00:00",
        "to": "2026-03-16 00:00:00",
        "status": "all",
        "payment_method_type": "credit_card",
        "time_zone": "UTC",
    }
    shop = {**basic("1001", "sandbox-begateway-secret-main"), "X-Api-Version": "3"}
    url = f"{sandbox.url}/begateway/api/reports"
    rows = [
        *ask(f"{sandbox.url}/zimpler/v4/transactions", MAIN).json["transactions"],
        *ask(f"{sandbox.url}/spacivox/j/payment_transactions", TOKEN, query=window).json,
        *ask(url, shop, body={"report_params": params}).json["transactions"],
        *ask(url, shop, body={"report_params": {**params, "time_zone": "Asia/Tokyo"}}).json[
            "transactions"
        ],
        *sandbox.tikpay.rows("main", kind="TAPS"),
    ]
    assert len(rows) > 200
    assert {(row["channel"], row["fee_class"]) for row in rows} == {("undocumented",) * 2}
