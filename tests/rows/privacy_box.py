"""Rules for personal data, and what they make of a row."""

from __future__ import annotations

import hashlib
import hmac
import typing as t

from tap_payments.rows.exact_json import dumps, loads
from tap_payments.rows.privacy import Rules, replacement

KEY = "a key, é"
PATHS = (
    "reference",
    "card.holder",
    "address.* - country zip",
    "more.browser.agent",
    "*.account_number",
    "*.email",
)
CANARY = "canary"


def hmac_of(text: str) -> str:
    return hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def rules(mode: str = "hash", *paths: str) -> Rules:
    replace = replacement(mode, KEY)
    assert replace is not None
    return Rules(paths or PATHS, replace)


def applied(row: dict[str, t.Any], mode: str = "hash", *paths: str) -> dict[str, t.Any]:
    """A row as its fields leave the rules, each as JSON spells it."""
    own = rules(mode, *paths)
    return {
        name: own.apply(name, loads(dumps(value))) if own.touches(name, dumps(value)) else value
        for name, value in row.items()
    }
