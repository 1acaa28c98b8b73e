from __future__ import annotations

from tap_payments.sandbox import Sandbox
from tests.sandbox.client import bearer
from tests.sandbox.tikpay.box import FORM, KEY, access, generate, jobs, log_in


def test_the_quota_is_20_requests_in_any_24_hours(empty: Sandbox) -> None:
    headers = access(empty)
    assert generate(empty).status == 200
    empty.clock.advance(hours=1)
    empty.tikpay.token_lifetime = 10**6
    headers = access(empty)
    assert [jobs(empty, headers).status for _ in range(20)] == [200] * 19 + [429]
    reply = jobs(empty, headers)
    assert reply.headers["retry-after"] == str(23 * 3600)
    empty.clock.advance(hours=23)
    assert [jobs(empty, headers).status for _ in range(2)] == [200, 429]
    assert empty.tikpay.access.spent("main") == 20


def test_accounts_with_one_key_share_its_quota() -> None:
    with Sandbox(seed=None, accounts={"tikpay": ["main", "other"]}) as sandbox:
        sandbox.tikpay.accounts["other"]["api_key"] = KEY["x-api-key"]
        client = {
            "client_id": "sandbox-tikpay-client-2",
            "client_secret": "sandbox-tikpay-secret-other",
        }
        other = {**KEY, **bearer(log_in(sandbox, {**FORM, **client}).json["access_token"])}
        main = access(sandbox)
        assert [jobs(sandbox, main).status for _ in range(15)] == [200] * 15
        assert [jobs(sandbox, other).status for _ in range(6)] == [200] * 5 + [429]
        assert jobs(sandbox, main).status == 429
        assert sandbox.tikpay.access.spent("other") == 20


def test_a_spent_quota_can_say_when_in_other_ways(empty: Sandbox) -> None:
    headers = access(empty)
    empty.tikpay.access.spend("main", 20)
    empty.tikpay.retry_after = "date"
    assert jobs(empty, headers).headers["retry-after"] == "Mon, 16 Mar 2026 12:00:00 GMT"
    empty.tikpay.retry_after = None
    assert "retry-after" not in jobs(empty, headers).headers
    empty.tikpay.daily_limit = 21
    assert jobs(empty, headers).status == 200


def test_a_fault_may_hide_a_job_that_was_started(empty: Sandbox) -> None:
    empty.faults.add("tikpay:500:path=/v1/generate-report")
    empty.faults.add("tikpay:502:path=/v1/generate-report:accepted=yes")
    assert generate(empty).status == 500
    assert jobs(empty).json == []
    assert empty.tikpay.access.spent("main") == 1
    assert generate(empty).status == 502
    assert [entry["reportType"] for entry in jobs(empty).json] == ["TAPS"]


def test_the_operators_day_begins_before_utcs(seeded: Sandbox) -> None:
    seeded.clock.advance(hours=11)
    taps = seeded.tikpay.rows("main", kind="TAPS")
    assert taps[-1]["tappedAt"] > "2026-03-16"
