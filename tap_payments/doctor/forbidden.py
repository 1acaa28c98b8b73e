"""What no file of a recording may hold, and whether one does."""

from __future__ import annotations

import base64
import typing as t
from urllib.parse import quote

from tap_payments.accounts.redaction import secrets_of
from tap_payments.doctor.scrubbing import LONG
from tap_payments.http.origins import origin_of
from tap_payments.rows.exact_json import dumps

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_payments.accounts.account import Account
    from tap_payments.streams.provider import Provider

SHORTEST_SECRET = 4


class Forbidden:
    """Texts that nothing written may hold."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._short = {text for text in texts if len(text) < LONG}
        self._long: dict[str, list[str]] = {}
        for text in texts:
            if len(text) >= LONG:
                self._long.setdefault(text[:LONG], []).append(text)

    def is_in(self, document: t.Any) -> bool:
        """Whether a document holds one of the texts, in its spelling or in one of its values."""
        said = "\n".join((dumps(document).decode("utf-8", "surrogatepass"), *_leaves(document)))
        # Thousands of texts, each looked for from one end to the other, would take minutes.
        return any(text in said for text in self._short) or any(
            said.startswith(text, place)
            for place in range(len(said) - LONG + 1)
            for text in self._long.get(said[place : place + LONG], ())
        )


def _leaves(value: t.Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    else:
        yield str(value)


def secrets_in(provider: Provider, account: Account) -> set[str]:
    """The account's secrets, as they are, and as HTTP Basic sends them."""
    settings, schema = account.settings, provider.settings_schema
    found = {each for each in secrets_of(settings, schema) if len(each) >= SHORTEST_SECRET}
    wrapped = {base64.b64encode(each.encode()).decode().rstrip("=") for each in found}
    wrapped |= {quote(each, safe="") for each in found}
    texts = [each for each in settings.values() if isinstance(each, str) and each]
    pairs = {f"{user}:{secret}".encode() for secret in found for user in texts}
    host = origin_of(account.api_url).host
    return {*found, *wrapped, *(base64.b64encode(pair).decode() for pair in pairs), host}
