"""Tikpay's way in: an OAuth2 token by client credentials, and an API key beside it."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import msgspec

from tap_payments.errors import Unreadable
from tap_payments.http.calls import Call, Statistics
from tap_payments.http.client import Client
from tap_payments.http.credentials import Fixed, basic

if t.TYPE_CHECKING:
    import logging
    import threading
    from collections.abc import Mapping
    from datetime import datetime

    from tap_payments.accounts.settings import Settings
    from tap_payments.http.retries import Policy
    from tap_payments.runtime import Runtime

MARGIN = timedelta(minutes=1)
"""How long before its end a token is no longer used."""

USUAL_LIFETIME = timedelta(hours=1)
"""For a token that does not say how long it is good for."""
LONGEST_LIFETIME = timedelta(days=1)

HINT = "check tikpay.client_id, tikpay.client_secret, tikpay.scope and tikpay.token_auth_method"


class _Token(msgspec.Struct):
    access_token: str
    expires_in: t.Any = None


class ClientCredentials:
    """One account's token: asked for when it is needed, renewed before it expires."""

    def __init__(
        self,
        own: Settings,
        *,
        token_url: str,
        subject: str,
        policy: Policy,
        runtime: Runtime,
        logger: logging.Logger,
        cancelled: threading.Event,
    ) -> None:
        self._own = own
        self._runtime = runtime
        self._cancelled = cancelled
        in_header = own["token_auth_method"] == "basic"
        pair = {"client_id": own["client_id"], "client_secret": own["client_secret"]}
        self._form = {"grant_type": "client_credentials", "scope": own["scope"]} | (
            {} if in_header else pair
        )
        root, slash, path = token_url.partition("/oauth2/")
        self._path = slash + path
        self._client = Client(
            api_url=root,
            credentials=Fixed(
                {"Authorization": basic(own["client_id"], own["client_secret"])}
                if in_header
                else {}
            ),
            policy=policy,
            runtime=runtime,
            logger=logger,
            subject=subject,
            hints={400: HINT, 401: HINT, 403: HINT},
            address="tikpay.token_url",
        )
        self._token = ""
        self._expires_at: datetime | None = None

    def headers(self) -> Mapping[str, str]:
        """The token and the API key."""
        if self._expires_at is None or self._runtime.clock() >= self._expires_at:
            self._renew()
        return {"Authorization": f"Bearer {self._token}", "x-api-key": self._own["api_key"]}

    def renew(self) -> bool:
        """Gets a new token."""
        self._renew()
        return True

    def _renew(self) -> None:
        asked_at = self._runtime.clock()
        token = self._client.fetch(
            Call("POST", self._path, form=self._form),
            _parse_token,
            statistics=Statistics(),
            cancelled=self._cancelled,
        )
        lifetime = _lifetime_of(token)
        self._token = token.access_token
        self._expires_at = asked_at + max(lifetime - MARGIN, lifetime / 2)


def _lifetime_of(token: _Token) -> timedelta:
    """How long a token is good for: what it says, as a number or a text, and at most a day."""
    try:
        seconds = float(token.expires_in)
    except (TypeError, ValueError, OverflowError):
        seconds = 0.0
    if not seconds > 0:
        return USUAL_LIFETIME
    return timedelta(seconds=min(seconds, LONGEST_LIFETIME.total_seconds()))


def _parse_token(body: bytes) -> _Token:
    try:
        token = msgspec.json.decode(body, type=_Token)
    except msgspec.MsgspecError as error:
        raise Unreadable("the body is not a token") from error
    if not token.access_token.isascii() or not token.access_token.isprintable():
        raise Unreadable("the token is not one that a header can carry")
    return token
