"""Which values are personal data, and what leaves the tap in their place."""

from __future__ import annotations

import hashlib
import hmac
import json
import typing as t
from functools import lru_cache

from tap_payments.errors import StreamFailed

if t.TYPE_CHECKING:
    from collections.abc import Iterable

Replace = t.Callable[[t.Any], t.Any]

REMEMBERED = 4096
"""Hashes that are kept: payers, cities and browsers come again."""


def replacement(mode: str, key: str | None) -> Replace | None:
    """What stands in for a personal value: None for `keep`, else a function of the value.

    `hash` is HMAC-SHA256 in lower-case hex, of the text as UTF-8 (of the JSON spelling, where
    the value is not a text); `drop` is null. Null stays null.
    """
    if mode == "keep":
        return None
    if mode == "drop":
        return lambda _value: None
    keyed = hmac.new((key or "").encode(), digestmod=hashlib.sha256)

    @lru_cache(maxsize=REMEMBERED)
    def hashed_text(text: str) -> str:
        mac = keyed.copy()
        mac.update(text.encode("utf-8", "surrogatepass"))
        return mac.hexdigest()

    def hashed(value: t.Any) -> str:
        # An exact number is its own spelling as a text.
        return hashed_text(json.dumps(value) if isinstance(value, bool) else str(value))

    return hashed


class Rules:
    """Personal paths of a stream, compiled.

    A path is `field`, `section.field`, `section.*` (all of it), with `section.* - field` naming
    what of it is not personal, or `*.field`: that name anywhere, at any depth, also in a section
    that arrives as a text.
    """

    def __init__(self, paths: Iterable[str], replace: Replace) -> None:
        self.replace = replace
        self.anywhere: set[str] = set()
        self.tree: dict[str, t.Any] = {}
        self.spared: set[tuple[str, ...]] = set()
        for rule in paths:
            path, _, spared = rule.partition(" - ")
            parts = path.split(".")
            self.spared.update((*parts[:-1], name) for name in spared.split())
            if parts[0] == "*":
                self.anywhere.add(parts[1])
                continue
            branch = self.tree
            for part in parts[:-1]:
                branch = branch.setdefault(part, {})
            branch[parts[-1]] = True

    def touches(self, field: str, spelled: bytes) -> bool:
        """Whether a top-level field with this JSON spelling can hold a personal value."""
        if field in self.tree or field in self.anywhere:
            return True
        if not self.anywhere or spelled[:1] not in b'{["':
            return False
        # An escape could spell one of the names in another way: then look properly.
        return b"\\u" in spelled or (
            b"{" in spelled and any(name.encode() in spelled for name in self.anywhere)
        )

    def apply(self, field: str, value: t.Any) -> t.Any:
        """The value of a top-level field with everything personal in it replaced.

        Raises:
            StreamFailed: it is nested too deeply for that.
        """
        return self._replaced(field, value, texts=False)

    def conceal(self, field: str, value: t.Any) -> t.Any:
        """The same for a field that nobody declared: every text in it is personal, too.

        Names of members stay, and so do numbers, unless they have a personal name.

        Raises:
            StreamFailed: it is nested too deeply for that.
        """
        return self._replaced(field, value, texts=True)

    def _replaced(self, field: str, value: t.Any, *, texts: bool) -> t.Any:
        rule = True if field in self.anywhere else self.tree.get(field)
        try:
            return self._walk(value, rule, (field,), texts=texts)
        except RecursionError:
            raise StreamFailed(
                f"field {field!r} of a row is nested too deeply to find what in it is personal"
            ) from None

    def rule_for(self, rule: t.Any, name: str) -> t.Any:
        """What is personal in a member of something with a rule: True is all, None nothing."""
        if rule is True or name in self.anywhere:
            return True
        return rule.get(name, rule.get("*")) if isinstance(rule, dict) else None

    def _walk(
        self, value: t.Any, rule: t.Any, path: tuple[str, ...], *, texts: bool = False
    ) -> t.Any:
        if value is None or (path in self.spared and not texts):
            return value
        if isinstance(value, dict):
            return {
                name: self._walk(item, self.rule_for(rule, name), (*path, name), texts=texts)
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [self._walk(item, rule, path, texts=texts) for item in value]
        if texts and isinstance(value, str):
            return self.replace(value)
        # A value where a section should be: what it holds may be any of the section's fields.
        return self.replace(value) if rule or self._is_section(value) else value

    def _is_section(self, value: t.Any) -> bool:
        """Whether a value is a text that spells a section with something personal in it."""
        if not isinstance(value, str) or "{" not in value:
            return False
        try:
            section = json.loads(value)
        except (ValueError, RecursionError):
            return False
        return bool(self._walk(section, None, ()) != section)
