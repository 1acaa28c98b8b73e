"""Who may ask Tikpay's API, and how often: tokens, API keys, and 20 requests in 24 hours."""

from __future__ import annotations

import math
import threading
from collections import deque
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from tap_payments.sandbox.api import RefusedError
from tap_payments.sandbox.messages import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tap_payments.sandbox.clock import Clock
    from tap_payments.sandbox.messages import Request
    from tap_payments.sandbox.tikpay.options import Options

SCOPE = "data-api.tikpay.me:write"
DAY = timedelta(hours=24)


class Access:
    """OAuth2 client credentials, an `x-api-key`, and the key's quota.

    The quota counts requests that key and token admit, whatever they are answered.
    """

    def __init__(
        self, clock: Clock, accounts: Mapping[str, Mapping[str, str]], options: Options
    ) -> None:
        self._options = options
        self._clock = clock
        self._accounts = accounts
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._issued = 0
        self._spent: dict[str, deque[datetime]] = {name: deque() for name in accounts}
        self._lock = threading.Lock()

    def token(self, request: Request) -> Answer:
        """A new token; the client is in a Basic header or in the form."""
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        client = request.basic or (form.get("client_id", ""), form.get("client_secret", ""))
        known = {
            (keys["client_id"], keys["client_secret"]): account
            for account, keys in self._accounts.items()
        }
        if client not in known:
            raise RefusedError(401, {"error": "invalid_client"})
        if form.get("grant_type") != "client_credentials":
            raise RefusedError(400, {"error": "unsupported_grant_type"})
        if form.get("scope") != SCOPE:
            raise RefusedError(400, {"error": "invalid_scope"})
        with self._lock:
            self._issued += 1
            token = f"sandbox-tikpay-token-{known[client]}-{self._issued}"
            lifetime = self._options.token_lifetime
            self._tokens[token] = (known[client], self._clock.now() + timedelta(seconds=lifetime))
        return Answer.of_json(
            {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}
        )

    def expire_tokens(self) -> None:
        """No token that was issued so far is good any longer."""
        with self._lock:
            self._tokens.clear()

    def admit(self, request: Request) -> str:
        """The account that asks, with one request of its quota spent; RefusedError otherwise."""
        key = request.headers.get("x-api-key")
        owners = [name for name, keys in self._accounts.items() if keys["api_key"] == key]
        if not owners:
            raise RefusedError(self._options.bad_key_status, {"message": "Forbidden"})
        with self._lock:
            account, expires = self._tokens.get(request.bearer or "", ("", request.at))
            if account != owners[0] or expires <= request.at:
                raise RefusedError(401, {"message": "Invalid Bearer token or x-api-key"})
            self._spend(account)
        return account

    def spend(self, account: str, count: int = 1) -> None:
        """Counts requests that nobody made."""
        with self._lock:
            for _ in range(count):
                self._spend(account)

    def spent(self, account: str) -> int:
        """How many requests of the last 24 hours count."""
        with self._lock:
            return len(self._recent(account))

    def _spend(self, account: str) -> None:
        recent, now = self._recent(account), self._clock.now()
        limit = self._options.daily_limit
        if len(recent) >= limit:
            free = recent[len(recent) - limit] + DAY if limit else now + DAY
            raise RefusedError(429, {"message": "Too Many Requests"}, self._wait(free - now))
        recent.append(now)

    def _recent(self, account: str) -> deque[datetime]:
        recent, since = self._spent[account], self._clock.now() - DAY
        while recent and recent[0] <= since:
            recent.popleft()
        return recent

    def _wait(self, time: timedelta) -> dict[str, str]:
        seconds = math.ceil(time.total_seconds())
        if self._options.retry_after is None:
            return {}
        if self._options.retry_after == "seconds":
            return {"Retry-After": str(seconds)}
        until = self._clock.now() + timedelta(seconds=seconds)
        return {"Retry-After": format_datetime(until, usegmt=True)}
