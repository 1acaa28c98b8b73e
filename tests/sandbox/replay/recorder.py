"""A recorder for tests: it asks a sandbox and writes down what docs/recordings.md describes.

It scrubs nothing, since the sandbox's data are invented, but it moves all dates as a doctor does.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.replay.moving import move, move_header, move_text
from tests.sandbox.client import Reply, ask, basic, bearer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

AWAY = timedelta(days=-37)
KEPT = ("date", "content-type", "retry-after", "link")
LIMITS = ("x-ratelimit-", "ratelimit-")


def credentials(keys: Mapping[str, str], auth: str) -> dict[str, str]:
    """The headers that send an account's keys, in the words of a recording."""
    secret = keys.get("api_key", keys.get("secret_key", keys.get("access_token", "")))
    user = keys.get("merchant_id", keys.get("shop_id", ""))
    if auth == "basic":
        return basic(user, secret)
    if auth == "bearer":
        return bearer(secret)
    return {auth.removeprefix("header "): secret} if auth.startswith("header ") else {}


class Recorder:
    """Records one account of a sandbox into a folder."""

    def __init__(
        self,
        sandbox: Sandbox,
        folder: Path,
        provider: str,
        account: str = "main",
        **configured: Any,
    ) -> None:
        self.sandbox = sandbox
        self.api = sandbox.apis[provider]
        self.account = account
        self.folder = folder / f"{provider}.{account}"
        self.folder.mkdir(parents=True)
        self.write(
            "recording.json",
            version=1,
            provider=provider,
            account=account,
            api=self.api.title,
            recorded_at=self.now(),
            configured=configured,
        )

    def now(self) -> str:
        """The sandbox's time, moved."""
        return f"{self.sandbox.clock.now() + AWAY:%Y-%m-%dT%H:%M:%SZ}"

    def write(self, name: str, **document: Any) -> None:
        """Writes a file of the recording."""
        (self.folder / name).write_text(json.dumps(document, ensure_ascii=False), "utf-8")

    def ask(
        self,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        body: Any = None,
        auth: str = "basic",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Asks the API, and writes the exchange down."""
        sent = credentials(self.api.accounts[self.account], auth) | dict(headers or {})
        url = f"{self.sandbox.url}/{self.api.name}{self.api.root}{path}"
        reply = ask(url, sent, query=query, body=body)
        texts = {name: str(value) for name, value in (query or {}).items()}
        request: dict[str, Any] = {"path": path, "auth": auth, "query": move(texts, AWAY)}
        if body is not None:
            request["body"] = move(body, AWAY)
        self.keep({"method": "GET" if body is None else "POST", **request}, reply)
        return reply

    def download(self, url: str, job: str) -> Reply:
        """Downloads a file, and writes that down."""
        reply = ask(url)
        other = urlsplit(url).netloc != urlsplit(self.sandbox.url).netloc
        path = f"/downloads/{move(job, AWAY)}"
        self.keep(
            {"method": "GET", "path": path, "auth": "none", "origin": "other"}
            if other
            else {"method": "GET", "path": path, "auth": "none"},
            reply,
        )
        return reply

    def keep(self, request: Mapping[str, Any], reply: Reply) -> None:
        """Writes an exchange down."""
        headers = {
            name: move_header(value, AWAY)
            for name, value in reply.headers.items()
            if name in KEPT or name.startswith(LIMITS)
        }
        response: dict[str, Any] = {"status": reply.status, "milliseconds": 1, "headers": headers}
        try:
            response["body"] = move(self.without_links(reply.json), AWAY)
        except ValueError:
            if reply.body:
                response["text"] = move_text(reply.body.decode(), AWAY)
        number = len(list(self.folder.iterdir()))
        self.write(f"{number:04d}.json", at=self.now(), request=request, response=response)

    def without_links(self, body: Any) -> Any:
        """A body whose download links say only whether they lead to another origin."""
        for entry in body if isinstance(body, list) else ():
            if isinstance(entry, dict) and "downloadUrl" in entry:
                is_same = entry["downloadUrl"].startswith(self.sandbox.url)
                entry["downloadUrl"] = "same" if is_same else "other"
        return body


def log_in(sandbox: Sandbox) -> dict[str, str]:
    """The headers that Tikpay's API wants."""
    keys = sandbox.tikpay.accounts["main"]
    form = {
        "grant_type": "client_credentials",
        "scope": "data-api.tikpay.me:write",
        "client_id": keys["client_id"],
        "client_secret": keys["client_secret"],
    }
    token = ask(f"{sandbox.url}/tikpay/oauth2/token", body=urlencode(form).encode()).json
    return {"x-api-key": keys["api_key"], **bearer(token["access_token"])}


def replaying(folder: Path, now: datetime) -> Sandbox:
    """A sandbox that serves recordings on another day."""
    return Sandbox(replay=folder, clock=Clock(now, frozen=True))
