"""Who may ask Tikpay's API, and how often: tokens, API keys, and 20 requests in 24 hours."""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from tap_payments.sandbox.limits import Meter, retry_headers
from tap_payments.sandbox.messages import Answer, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tap_payments.sandbox.clock import Clock
    from tap_payments.sandbox.limits import Limit
    from tap_payments.sandbox.messages import Request
    from tap_payments.sandbox.tikpay.options import Options

SCOPE = "data-api.tikpay.me:write"
DAY = timedelta(hours=24)


class Access:
    """OAuth2 client credentials, an `x-api-key`, and the key's quota.

    The quota counts requests that key and token admit, whatever they are answered. Accounts may be
    given one key, and then share its quota.
    """

    def __init__(
        self, clock: Clock, accounts: Mapping[str, Mapping[str, str]], options: Options
    ) -> None:
        self._options = options
        self._clock = clock
        self._accounts = accounts
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._issued = 0
        self._meters: defaultdict[str, Meter] = defaultdict(lambda: Meter(clock.now, DAY))
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

    def admit(self, request: Request, *, spends: bool = True) -> str:
        """The account that asks, with a request of its quota spent; RefusedError otherwise."""
        keys = {keys["api_key"] for keys in self._accounts.values()}
        if request.headers.get("x-api-key") not in keys:
            raise RefusedError(self._options.bad_key_status, {"message": "Forbidden"})
        account = self.owner(request)
        if account is None:
            raise RefusedError(401, {"message": "Invalid Bearer token or x-api-key"})
        if spends:
            self._spend(account)
        return account

    def owner(self, request: Request) -> str | None:
        """The account whose API key and good token a request has; None without both."""
        with self._lock:
            account, expires = self._tokens.get(request.bearer or "", ("", request.at))
        if request.at >= expires:
            return None
        is_its_key = self._accounts[account]["api_key"] == request.headers.get("x-api-key")
        return account if is_its_key else None

    def spend(self, account: str, count: int = 1, at: datetime | None = None) -> None:
        """Counts requests that nobody made, as if they had come now, or `at` an instant."""
        for _ in range(count):
            self._spend(account, at)

    def spent(self, account: str) -> int:
        """How many requests of the last 24 hours count."""
        return self._meter(account).spent

    def limit(self, request: Request) -> Limit | None:
        """What is left of the quota of the request's account; None without one."""
        account = self.owner(request)
        return self._meter(account).limit(self._options.daily_limit) if account else None

    def _meter(self, account: str) -> Meter:
        with self._lock:
            return self._meters[self._accounts[account]["api_key"]]

    def _spend(self, account: str, at: datetime | None = None) -> None:
        meter, most = self._meter(account), self._options.daily_limit
        if not meter.spend(most, at):
            seconds = meter.limit(most).seconds
            headers = retry_headers(self._options.retry_after, seconds, self._clock.now())
            raise RefusedError(429, {"message": "Too Many Requests"}, headers)
