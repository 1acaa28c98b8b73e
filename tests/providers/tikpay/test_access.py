"""Tokens are Tikpay's own: asked for, renewed, and sent nowhere else."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest

from tap_payments.http.retries import Policy
from tap_payments.providers.tikpay.access import ClientCredentials
from tap_payments.sandbox import Fault
from tests.providers.tikpay.box import STREAMS, asked, box, config, run
from tests.support.clock import Clock
from tests.support.server import Answer, Server
from tests.support.taps import sync


def credentials(url: str, clock: Clock) -> ClientCredentials:
    own = {"token_auth_method": "basic", "scope": "s"}
    own |= {"client_id": "c", "client_secret": "canary", "api_key": "k"}
    return ClientCredentials(
        own,
        token_url=f"{url}/oauth2/token",
        subject="Tikpay",
        policy=Policy("test", max_retries=0),
        runtime=clock.runtime(),
        logger=logging.getLogger("test"),
        cancelled=threading.Event(),
    )


@pytest.mark.parametrize("method", ["basic", "body"])
def test_both_ways_of_asking_for_a_token(method: str) -> None:
    with box() as sandbox:
        done = run(sandbox, token_auth_method=method)
        assert done.records("tikpay_taps")
        (token,) = sandbox.journal.of("tikpay", "/oauth2")
        assert (token.basic is not None) is (method == "basic")
        assert (b"client_secret" in token.body) is (method == "body")
        assert b"grant_type=client_credentials" in token.body


def test_a_token_is_renewed_before_it_expires() -> None:
    with box() as sandbox:
        sandbox.tikpay.token_lifetime = 90
        sandbox.tikpay.job_seconds = 400
        done = run(sandbox)
        assert all(done.records(stream) for stream in STREAMS)
        assert len(sandbox.journal.of("tikpay", "/oauth2")) > 2
        assert 401 not in {request.status for request in sandbox.journal.of("tikpay")}


def test_a_token_that_is_refused_is_renewed_once() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault.parse("tikpay:expired-token:after=2"))
        done = run(sandbox)
        assert all(done.records(stream) for stream in STREAMS)
        assert len(sandbox.journal.of("tikpay", "/oauth2")) == 2


def test_wrong_credentials_are_named_after_one_new_token() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault.parse("tikpay:401:path=/v1:times=9"))
        done = sync(sandbox, config(sandbox))
        assert done.failed is not None
        assert "tikpay.client_id" in done.failed
        assert len(asked(sandbox)) == 2


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"client_secret": "no"}, "tikpay.client_secret"),
        ({"api_key": "no"}, "tikpay.api_key"),
        ({"scope": "other"}, "tikpay.scope"),
    ],
)
def test_what_is_refused_names_the_setting(wrong: dict[str, str], named: str) -> None:
    with box() as sandbox:
        done = sync(sandbox, config(sandbox, **wrong))
        assert done.failed is not None
        assert named in done.failed
        for stream in STREAMS:
            assert stream in done.failed


def test_two_accounts_never_share_a_token_or_a_quota() -> None:
    with box(accounts={"tikpay": ["north", "south"]}) as sandbox:
        sandbox.tikpay.access.spend("north", 20)
        done = run(sandbox)
        assert {row["_account"] for row in done.records("tikpay_taps")} == {"south"}
        for request in sandbox.journal.of("tikpay", "/v1"):
            key = str(request.headers["x-api-key"]).rpartition("-")[2]
            assert f"-{key}-" in str(request.bearer)


def test_downloads_carry_no_credentials() -> None:
    with box() as sandbox:
        run(sandbox)
        downloads = sandbox.journal.of("tikpay-downloads")
        assert len(downloads) == 4
        for request in downloads:
            assert request.status == 200
            assert not {"authorization", "x-api-key", "cookie"} & set(request.headers)


@pytest.mark.parametrize(
    ("says", "seconds"),
    [
        (3600, 3540),
        ("3600", 3540),
        (90.5, 45),
        (None, 3540),
        ("soon", 3540),
        (-1, 3540),
        (10**30, 86340),
        ("1e999", 86340),
        ("nan", 3540),
        ([], 3540),
    ],
)
def test_a_token_is_used_as_long_as_it_says_and_at_most_a_day(says: object, seconds: int) -> None:
    clock = Clock()
    with Server(lambda _request: Answer({"access_token": "t", "expires_in": says})) as server:
        found = credentials(server.url, clock)
        found.headers()
        for time_passed, tokens in ((seconds - 1, 1), (2, 2)):
            clock.now += timedelta(seconds=time_passed)
            assert found.headers()["Authorization"] == "Bearer t"
            assert len(server.requests) == tokens
