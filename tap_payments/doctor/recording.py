"""Writes an account's exchanges as a recording: docs/recordings.md."""

from __future__ import annotations

import email.utils
import re
import secrets
import typing as t
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from tap_payments.accounts.defaults import defaults_of
from tap_payments.accounts.facts import is_name
from tap_payments.doctor.files import scrubbed_outline, scrubbed_report
from tap_payments.doctor.forbidden import Forbidden, secrets_in
from tap_payments.doctor.scrubbing import Scrubber
from tap_payments.errors import Refused
from tap_payments.http.origins import origin_of
from tap_payments.http.statuses import parse_date
from tap_payments.rows.exact_json import dumps

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tap_payments.accounts.account import Account
    from tap_payments.accounts.facts import Probes
    from tap_payments.doctor.asking import Exchange
    from tap_payments.streams.provider import Provider

VERSION = 1
KEPT = ("date", "content-type", "retry-after", "link")
KEPT_PREFIXES = ("x-ratelimit-", "ratelimit-")
DOWNLOADS = "/downloads/"

_MEDIA = re.compile(r"[a-z]+/[a-z0-9.+-]+(; ?charset=[\w-]+)?", re.IGNORECASE)
_LIMITS = re.compile(
    r"([;,= \".-]|(?<!\d)\d{1,7}(?!\d)"
    r"|\b([wqrt]|limit|remaining|reset|burst|second|minute|hour|day|month)\b){1,80}",
    re.ASCII | re.IGNORECASE,
)
"""Numbers, and the words of those who count: anything else may be a name."""
_LINK = re.compile(r"<([^<>]*)>(; ?rel=\"?[a-z]+\"?)?")


def check_folder(folder: Path) -> None:
    """Makes the folder of a recording.

    Raises:
        Refused: there is a recording in it already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("*/recording.json")):
        raise Refused(f"--record {folder}: holds a recording already; name another folder")


def record(
    folder: Path, provider: Provider, account: Account, exchanges: Sequence[Exchange]
) -> Iterator[str]:
    """Writes what an account said; a line for each file that would have said too much."""
    if not exchanges:
        yield f"{provider.name}.{account.account}: nothing was asked, so nothing is recorded"
        return
    probes = t.cast("Probes", provider.probes)
    recorder = _Recorder(probes, account)
    name = f"{provider.name}.{account.account}"
    own = folder / re.sub(r"[^\w.-]", "_", name)
    own.mkdir(parents=True, exist_ok=True)
    for exchange in exchanges:  # first only to learn what no stand-in may be
        recorder.exchange(exchange)
    recorder.scrubber.avoid_originals()
    documents = {"recording.json": recorder.outline(provider, exchanges[0])}
    for number, exchange in enumerate(exchanges, 1):
        documents[f"{number:04}.json"] = recorder.exchange(exchange)
    forbidden = Forbidden({*recorder.scrubber.originals, *secrets_in(provider, account)})
    for file, document in documents.items():
        if forbidden.is_in(document):  # a row may hold a media type, too
            document.get("response", {}).get("headers", {}).pop("content-type", None)
        if forbidden.is_in(document):
            yield f"{name}/{file} is not written: it would hold a value that has to stay with you"
        else:
            (own / file).write_bytes(spelled_out(document))


def spelled_out(document: t.Any) -> bytes:
    """A document as a file that people read."""
    return msgspec.json.format(dumps(document), indent=1) + b"\n"


class _Recorder:
    """Scrubs the exchanges of one account."""

    def __init__(self, probes: Probes, account: Account) -> None:
        self._probes = probes
        self._account = account
        home = origin_of(account.api_url)
        self.scrubber = Scrubber(
            probes,
            key=secrets.token_bytes(32),
            days=-7 - secrets.randbelow(600),
            offset=1000 + secrets.randbelow(900_000),
            points_home=lambda url: origin_of(url) == home,
        )

    def outline(self, provider: Provider, first: Exchange) -> dict[str, t.Any]:
        """`recording.json`."""
        return {
            "version": VERSION,
            "provider": provider.name,
            "account": self._account.account,
            "api": f"{provider.title}, as tap-payments-doctor asked it",
            "recorded_at": self._instant(first),
            "configured": self._configured(provider),
        }

    def _configured(self, provider: Provider) -> dict[str, t.Any]:
        settings, usual = self._account.settings, defaults_of(provider.settings_schema)
        return {
            name: self._setting(name, settings[name])
            for name in sorted(self._probes.shown)
            if name in settings and settings[name] != usual.get(name)
        }

    def _setting(self, name: str, value: t.Any) -> t.Any:
        if isinstance(value, list):
            one = name.removesuffix("s")
            return [
                self.scrubber.value(each, one) if isinstance(each, int) else each for each in value
            ]
        return value

    def _instant(self, exchange: Exchange) -> str:
        return f"{exchange.at + self.scrubber.shift:%Y-%m-%dT%H:%M:%SZ}"

    def exchange(self, exchange: Exchange) -> dict[str, t.Any]:
        """One file: a request and its answer."""
        request = {
            "method": exchange.method,
            "path": self._path(exchange.path),
            **({} if exchange.is_home else {"origin": "other"}),
            "auth": exchange.auth,
            "query": self.scrubber.query(exchange.params),
        }
        if exchange.json is not None:
            request["body"] = self.scrubber.asked(exchange.json)
        reply = exchange.reply
        response = {
            "status": reply.status,
            "milliseconds": reply.milliseconds,
            "headers": self._headers(reply.headers),
            **self._body(exchange),
        }
        return {"at": self._instant(exchange), "request": request, "response": response}

    def _path(self, path: str) -> str:
        """A path; its parts that are no names are ids, and so is a file's."""
        if path.startswith(DOWNLOADS):
            return DOWNLOADS + self.scrubber.text(path.removeprefix(DOWNLOADS))
        parts = path.split("/")
        return "/".join(
            part if is_name(part.replace("-", "_")) or not part else self.scrubber.text(part)
            for part in parts
        )

    def _body(self, exchange: Exchange) -> dict[str, t.Any]:
        body = exchange.reply.body
        if not body:
            return {}
        found = exchange.reply.json
        is_file = exchange.path.startswith(DOWNLOADS)
        if found is not None and not is_file:
            return {"body": self.scrubber.value(found)}
        text = body.decode("utf-8", "replace")
        if is_file:
            delimiter = self._account.settings.get("delimiter", ",").replace(r"\t", "\t")
            return {"text": scrubbed_report(text, delimiter, self.scrubber)}
        return {"text": scrubbed_outline(text, self.scrubber)}

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        found = {}
        for name, value in headers.items():
            if name in KEPT or name.startswith(KEPT_PREFIXES):
                kept = self._header(name, value)
                if kept is not None:
                    found[name] = kept
        return found

    def _header(self, name: str, value: str) -> str | None:
        instant = parse_date(value)
        if instant is not None:
            return email.utils.format_datetime(instant + self.scrubber.shift, usegmt=True)
        if name == "content-type":
            return value if _MEDIA.fullmatch(value) else None
        if name == "link":
            return ", ".join(self._link(*each) for each in _LINK.findall(value))
        if (moved := self.scrubber.date(value)) is not None:
            return moved
        if value.isascii() and value.isdecimal() and 10**9 < int(value) < 10**10:  # since 1970
            return str(int(value) + int(self.scrubber.shift.total_seconds()))
        return value if _LIMITS.fullmatch(value) else None

    def _link(self, url: str, relation: str) -> str:
        parts = urlsplit(url)
        asked = self.scrubber.query(dict(parse_qsl(parts.query)))
        query = "&".join(f"{name}={quote(value or '')}" for name, value in asked.items())
        return f"<{self._path(parts.path)}?{query}>{relation}"
