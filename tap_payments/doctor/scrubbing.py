"""PURE. What an account's answers look like without what they are about.

The format is described in docs/recordings.md, and so is what replaying relies on.
"""

from __future__ import annotations

import re
import typing as t
from datetime import date, timedelta

from tap_payments.accounts.facts import is_name
from tap_payments.doctor.stand_ins import StandIns, is_number
from tap_payments.rows.exact_json import ExactDecimal
from tap_payments.windows.ulids import ALPHABET, TIME, head_of, instant_in

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_payments.accounts.facts import Probes

LONG = 8
"""Characters from which on a value is looked for in what is written."""

_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9 _/+-]{0,39}")
_BIRTH = re.compile(r"birth|dob$", re.IGNORECASE)


class Scrubber:
    """Scrubs the answers of one account: what is equal stays equal in all of them.

    Dates are moved by `days`, the numbers of fields in `probes.moved` by `offset`. `points_home`
    says whether a link leads to the API's own origin. `originals` are the long values that must
    not be found in what is written.
    """

    def __init__(
        self,
        probes: Probes,
        *,
        key: bytes,
        days: int,
        offset: int,
        points_home: Callable[[str], bool] = lambda _url: False,
    ) -> None:
        self._probes = probes
        self._key = key
        self._stand_ins = StandIns(key)
        self._offset = offset
        self._points_home = points_home
        self.shift = timedelta(days=days)
        self.originals: set[str] = set()

    def avoid_originals(self) -> None:
        """Begins anew, with stand-ins that are none of the originals that it has met so far."""
        self._stand_ins = StandIns(self._key, self.originals)

    def value(self, value: t.Any, name: str = "") -> t.Any:
        """A JSON value with a stand-in for each leaf that is no word of the vendor."""
        if isinstance(value, dict):
            return {self.name(key): self._member(key, each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.value(each, name) for each in value]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(value, name)
        return self._number(value, name)

    def _member(self, name: str, value: t.Any) -> t.Any:
        if name in self._probes.links and isinstance(value, str) and value:
            self._remember(value)
            return "same" if self._points_home(value) else "other"
        return self.value(value, name)

    def name(self, name: str) -> str:
        """The name of a member; one that may be a value is replaced like one."""
        if is_name(name.replace("-", "_").replace(".", "_")):
            return name
        return self.text(name, "")

    def text(self, text: str, name: str = "") -> str:
        """A text of the same length; dates are moved."""
        if not text or self._is_word(text, name):
            return text
        if name in self._probes.moved and text.isascii() and text.isdecimal():
            return str(int(text) + self._offset)
        if not _BIRTH.search(name) and (moved := self.date(text)) is not None:
            return moved
        if (made := instant_in(text)) is not None:
            return self._id(text, head_of(text, made + self.shift))
        self._remember(text)
        return self._stand_ins.text(text)

    def date(self, text: str) -> str | None:
        """An ISO date or date-time, moved; None where it is none."""
        found = _DATE.fullmatch(text)
        if found is None:
            return None
        try:
            moved = date.fromisoformat(found[1]) + self.shift
        except (ValueError, OverflowError):
            return None
        return f"{moved:%Y-%m-%d}".rjust(10, "0") + (found[2] or "")

    def _id(self, text: str, head: str) -> str:
        self._remember(text)
        alphabet = ALPHABET if len(head) == TIME else "0123456789abcdef"
        rest = text[len(head) :]
        chance = iter(self._stand_ins.chance(text, alphabet))
        return head + "".join("-" if letter == "-" else next(chance) for letter in rest)

    def _is_word(self, text: str, name: str) -> bool:
        if name not in self._probes.words:
            return False
        return bool(_WORD.fullmatch(text)) or (is_number(text) and len(text) <= 6)

    def _number(self, number: t.Any, name: str) -> t.Any:
        if name in self._probes.words:
            return number
        if name in self._probes.moved and isinstance(number, int):
            return number + self._offset
        self._remember(str(number))
        found = self._stand_ins.number(str(number))
        return int(found) if isinstance(number, int) else ExactDecimal(found)

    def _remember(self, text: str) -> None:
        if len(text) >= LONG and text.strip("-0."):
            self.originals.add(text)

    # Requests

    def query(self, params: Mapping[str, str]) -> dict[str, str | None]:
        """Parameters: their numbers, dates and words as in the rows; null for any other value."""
        return {name: self._asked(name, value) for name, value in params.items()}

    def asked(self, value: t.Any, name: str = "") -> t.Any:
        """The JSON that was posted, by the same rule."""
        if isinstance(value, dict):
            return {key: self.asked(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self.asked(each, name) for each in value]
        if isinstance(value, str):
            return self._asked(name, value)
        return self.value(value, name)

    def _asked(self, name: str, value: str) -> str | None:
        is_said = (
            not value
            or self._is_word(value, name)
            or is_number(value)
            or self.date(value) is not None
        )
        if is_said:
            return self.text(value, name)
        self._remember(value)
        return None
