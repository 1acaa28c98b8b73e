from __future__ import annotations

import logging
import threading
import typing as t

import pytest

from tap_payments.accounts.account import Account
from tap_payments.accounts.settings import account_settings
from tap_payments.errors import StreamFailed
from tap_payments.http.calls import Call, Statistics
from tap_payments.http.credentials import Fixed
from tap_payments.http.retries import Policy
from tests.support.clock import Clock
from tests.support.server import Answer, Server


class Acme(Account):
    """The least that a provider says."""

    name = "acme"
    title = "Acme"
    settings_schema = account_settings(window_days=None, lookback_days=None)
    hints: t.ClassVar = {401: "check acme.key"}

    def credentials(self) -> Fixed:
        """A key."""
        return Fixed({"X-Key": self.settings["key"]})


def acme(url: str, **own: t.Any) -> Acme:
    return Acme(
        {"account": "main", "api_url": url, "key": "canary"} | own,
        policy=Policy(user_agent="test", max_retries=0),
        runtime=Clock().runtime(),
        logger=logging.getLogger("acme"),
    )


def ask(account: Acme) -> bytes:
    return account.client.fetch(
        Call("GET", "/x"), bytes, statistics=Statistics(), cancelled=threading.Event()
    )


def test_an_account_has_one_client_with_its_own_credentials(server: Server) -> None:
    server.script(Answer("here"))
    account = acme(server.url)
    assert account.client is account.client
    assert ask(account) == b"here"
    assert server.requests[0].headers["x-key"] == "canary"
    account.client.transport.close()


def test_messages_name_the_account_and_repeat_no_setting(server: Server) -> None:
    server.script(Answer({"message": "merchant-9 is unknown"}, status=401))
    account = acme(server.url, merchant="merchant-9")
    assert account.subject == "Acme account 'main'"
    with pytest.raises(StreamFailed, match=r"^GET /x answered 401: check acme.key$"):
        ask(account)
    account.client.transport.close()


def test_nothing_more_is_wrong_with_settings_unless_a_provider_says_so() -> None:
    assert list(Acme.check({})) == []
    assert list(Acme.check_together([{}])) == []
