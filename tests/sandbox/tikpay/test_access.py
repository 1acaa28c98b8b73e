"""Who gets in: tokens, keys, and the accounts that they are of."""

from __future__ import annotations

import pytest

from tap_payments.sandbox import Sandbox
from tests.sandbox.client import basic, bearer
from tests.sandbox.tikpay.box import CLIENT, FORM, KEY, access, jobs, log_in


@pytest.mark.parametrize("method", ["basic", "body"])
def test_a_token_is_given_for_client_credentials(empty: Sandbox, method: str) -> None:
    reply = (
        log_in(empty, FORM, basic(CLIENT["client_id"], CLIENT["client_secret"]))
        if method == "basic"
        else log_in(empty, {**FORM, **CLIENT})
    )
    assert reply.status == 200
    assert sorted(reply.json) == ["access_token", "expires_in", "token_type"]
    assert (reply.json["expires_in"], reply.json["token_type"]) == (3600, "Bearer")
    assert jobs(empty, {**KEY, **bearer(reply.json["access_token"])}).json == []


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, 400, "invalid_scope"),
    ],
)
def test_a_wrong_token_request_is_refused(
    empty: Sandbox, fields: dict[str, str], status: int, error: str
) -> None:
    reply = log_in(empty, {**FORM, **CLIENT, **fields})
    assert (reply.status, reply.json) == (status, {"error": error})


def test_a_token_ends(empty: Sandbox) -> None:
    empty.tikpay.token_lifetime = 60
    headers = access(empty)
    empty.clock.advance(59)
    assert jobs(empty, headers).status == 200
    empty.clock.advance(1)
    assert jobs(empty, headers).status == 401
    headers = access(empty)
    empty.tikpay.access.expire_tokens()
    assert jobs(empty, headers).status == 401


def test_key_and_token_must_both_be_right_and_of_one_account() -> None:
    with Sandbox(seed=None, accounts={"tikpay": ["main", "other"]}) as sandbox:
        token = bearer(log_in(sandbox, {**FORM, **CLIENT}).json["access_token"])
        assert jobs(sandbox, token).status == 403
        assert jobs(sandbox, {**token, "x-api-key": "wrong"}).json == {"message": "Forbidden"}
        assert jobs(sandbox, {**token, "x-api-key": "sandbox-tikpay-key-other"}).status == 401
        assert jobs(sandbox, {**KEY, **bearer("wrong")}).status == 401
        assert jobs(sandbox, KEY).status == 401
        sandbox.tikpay.bad_key_status = 401
        assert jobs(sandbox, token).status == 401


def test_an_expired_token_is_the_apis_not_the_token_urls(empty: Sandbox) -> None:
    empty.faults.add("tikpay:expired-token")
    headers = access(empty)
    assert [jobs(empty, headers).status for _ in range(2)] == [401, 200]
