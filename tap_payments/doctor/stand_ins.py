"""PURE. Stand-ins: of the length and kind of what they stand for, equal where that is equal."""

from __future__ import annotations

import hashlib
import itertools
import re
import string
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TRIES = 1000
"""After so many a stand-in may stand for two: there are no more of its length."""

_NUMBER = re.compile(r"(-?)(\d+)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_CLASSES = (string.digits, string.ascii_lowercase, string.ascii_uppercase)


class StandIns:
    """The stand-ins of one recording: without its `key` nobody gets from one to the other.

    None of them is one of the texts to `avoid`: a stand-in that somebody's value happens to be.
    """

    def __init__(self, key: bytes, avoid: Iterable[str] = ()) -> None:
        self._key = key
        self._known: dict[str, str] = {}
        self._used: set[str] = set(avoid)

    def text(self, value: str) -> str:
        """Of the same length; digits for digits and letters for letters."""
        if is_number(value) and not value.startswith("0"):
            return self.number(value)
        return self._once(value, _letters)

    def number(self, spelling: str) -> str:
        """Of the same sign and as many digits before and after the point; 0 stays 0."""
        if not spelling.strip("-0.") or not is_number(spelling):
            return spelling
        return self._once(spelling, _digits)

    def chance(self, value: str, alphabet: str) -> str:
        """As many characters of an alphabet."""
        return self._once(
            value, lambda text, dice: "".join(alphabet[next(dice) % len(alphabet)] for _ in text)
        )

    def _once(self, value: str, make: t.Callable[[str, Iterator[int]], str]) -> str:
        if value not in self._known:
            for attempt in range(TRIES):
                found = make(value, self._dice(value, attempt))
                is_free = found not in self._used and (found != value or len(value) < 3)
                if is_free:
                    break
            self._used.add(found)
            self._known[value] = found
        return self._known[value]

    def _dice(self, value: str, attempt: int) -> Iterator[int]:
        data = value.encode("utf-8", "surrogatepass")
        for block in itertools.count():
            head = f"{attempt}/{block}/".encode()
            yield from hashlib.blake2b(head + data, key=self._key).digest()


def is_number(text: str) -> bool:
    """Whether a text spells a number."""
    return _NUMBER.fullmatch(text) is not None


def _letters(text: str, dice: Iterator[int]) -> str:
    keeps_marks = any(letter.isascii() and letter.isalnum() for letter in text)
    return "".join(_letter(letter, next(dice), keeps_marks=keeps_marks) for letter in text)


def _letter(letter: str, roll: int, *, keeps_marks: bool) -> str:
    for letters in _CLASSES:
        if letter in letters:
            return letters[roll % len(letters)]
    if keeps_marks and letter.isascii():
        return letter
    return string.ascii_lowercase[roll % 26]


def _digits(spelling: str, dice: Iterator[int]) -> str:
    sign, whole, fraction, exponent = t.cast("re.Match[str]", _NUMBER.fullmatch(spelling)).groups(
        ""
    )
    found = "".join(str(next(dice) % 10) for _ in whole)
    if whole != "0":
        first = str(next(dice) % 9 + 1)
        found = first + found[1:]
    else:
        found = "0"
    rest = "".join(str(next(dice) % 10) for _ in fraction[1:])
    if fraction and not (found + rest).strip("0"):
        rest = rest[:-1] + "1"  # 0 stands for 0 alone
    return f"{sign}{found}{fraction[:1]}{rest}{exponent}"
