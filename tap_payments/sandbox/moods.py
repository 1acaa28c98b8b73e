"""Moods: what vendors leave open, as options of the APIs, in Python and by name as texts.

`sandbox.zimpler.auth_method = "bearer"` and the mood `zimpler.auth_method=bearer` are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from math import isfinite
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
ALL = "any"
NONE = "none"
GRAMMAR = "PROVIDER.OPTION=VALUE, where PROVIDER is any or the name of one"


class MoodError(ValueError):
    """A mood that cannot be: the message names what is wrong, and what there is."""


class Option(Generic[T]):
    """An attribute with a default, which `read` makes of a text and `fits` accepts.

    `values` says in words what it can be. An `early` one can be set until the first rows are made.
    """

    def __init__(
        self,
        default: T,
        read: Callable[[str], T],
        values: str,
        fits: Callable[[Any], bool],
        *,
        early: bool = False,
    ) -> None:
        self.default = default
        self.read = read
        self.values = values
        self.fits = fits
        self.early = early

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, api: None, owner: type) -> Self: ...

    @overload
    def __get__(self, api: object, owner: type) -> T: ...

    def __get__(self, api: object | None, owner: type) -> T | Self:
        return self if api is None else vars(api).get(self.name, self.default)

    def __set__(self, api: Common, value: T) -> None:
        if not self.fits(value):
            raise MoodError(f"{self.name} is {self.values}")
        if self.early and api.is_begun:
            raise MoodError(f"{self.name} can be set before the first request only")
        vars(api)[self.name] = value


def switch(*, default: bool, early: bool = False) -> Option[bool]:
    """Yes or no."""
    return Option(
        default,
        lambda text: {"yes": True, "no": False}[text],
        "yes or no",
        lambda value: isinstance(value, bool),
        early=early,
    )


def choice(default: str, *others: str) -> Option[str]:
    """One of several words."""
    words = (default, *others)
    return Option(default, str, " or ".join(words), lambda value: value in words)


def choice_or_none(default: str | None, *words: str) -> Option[str | None]:
    """One of several words, or None."""
    return Option(
        default,
        lambda text: None if text == NONE else text,
        " or ".join((*words, NONE)),
        lambda value: value is None or value in words,
    )


def whole(default: int, low: int = 0, high: int | None = None) -> Option[int]:
    """A whole number within bounds."""
    return Option(
        default,
        int,
        f"a whole number from {low}" + (f" to {high}" if high else ""),
        lambda value: _is_number(value, int) and low <= value and (high is None or value <= high),
    )


def whole_or_none() -> Option[int | None]:
    """A whole number from 1, or None: without limit."""
    return Option(
        None,
        lambda text: None if text == NONE else int(text),
        f"a whole number from 1, or {NONE}",
        lambda value: value is None or (_is_number(value, int) and value >= 1),
    )


def number(default: float) -> Option[float]:
    """Any number."""
    return Option(default, float, "a number", lambda value: _is_number(value, int | float))


def number_or_none() -> Option[float | None]:
    """A number above 0, or None: without limit."""
    return Option(
        None,
        lambda text: None if text == NONE else float(text),
        f"a number above 0, or {NONE}",
        lambda value: value is None or (_is_number(value, int | float) and value > 0),
    )


def text(default: str) -> Option[str]:
    """Any text that is not empty."""
    return Option(default, str, "a text", lambda value: isinstance(value, str) and value != "")


def words(*default: str) -> Option[Sequence[str]]:
    """Words; as a text with commas between them."""
    return Option(
        default,
        lambda text: () if text == NONE else tuple(text.split(",")),
        f"words with commas between them, or {NONE}",
        lambda value: not isinstance(value, str) and all(value),
    )


def options_of(kind: type) -> dict[str, Option[Any]]:
    """The options of a class by their names, its own first."""
    found: dict[str, Option[Any]] = {}
    for each in kind.__mro__:
        for name, value in vars(each).items():
            if isinstance(value, Option):
                found.setdefault(name, value)
    return found


class Common:
    """The options that every API has."""

    requests_per_second = whole_or_none()
    """So many in any second, of all accounts together; a further one is answered 429."""
    retry_after = choice_or_none("seconds", "seconds", "date")
    """How a 429 says when to come again."""
    rate_limit_headers = switch(default=False)
    """Whether answers say what is left of a limit: `X-RateLimit-Limit`, `-Remaining`, `-Reset`."""
    clock_skew_seconds = number(0)
    """How far the `Date` header is ahead of the sandbox's clock."""
    unknown_fields = words()
    """Names of fields that every row has besides those of the document."""

    @property
    def is_begun(self) -> bool:
        """Whether rows were made, which is too late for what decides how they are made."""
        return False


class Moods:
    """The options of all APIs by their names."""

    def __init__(self, apis: Mapping[str, Common]) -> None:
        self._apis = apis

    def set(self, spec: str) -> None:
        """Sets what `PROVIDER.OPTION=VALUE` says; MoodError where there is no such thing."""
        target, equals, value = spec.partition("=")
        provider, _, name = target.partition(".")
        try:
            if not equals:
                raise MoodError(f"it is {GRAMMAR}")
            for api in self._named(provider, name):
                _set(api, provider, name, value)
        except MoodError as error:
            raise MoodError(f"mood {spec!r}: {error}") from None

    def reset(self) -> None:
        """Sets every option to its default, but for those that can no longer be set."""
        for api in self._apis.values():
            for name, option in options_of(type(api)).items():
                if not (option.early and api.is_begun):
                    vars(api).pop(name, None)

    def now(self) -> dict[str, dict[str, str]]:
        """What each option is, as texts."""
        return {
            provider: {name: _written(getattr(api, name)) for name in options_of(type(api))}
            for provider, api in self._apis.items()
        }

    def _named(self, provider: str, name: str) -> list[Common]:
        """The API of this name; `any` is all that have the option."""
        if provider == ALL:
            apis = list(self._apis.values())
            return [api for api in apis if name in options_of(type(api))] or apis
        if provider not in self._apis:
            raise MoodError(f"there is only {', '.join((*self._apis, ALL))}")
        return [self._apis[provider]]


def _set(api: Common, provider: str, name: str, value: str) -> None:
    known = options_of(type(api))
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
        raise MoodError(f"{provider} has no option {name!r}; {hint}")
    try:
        setattr(api, name, known[name].read(value))
    except MoodError:
        raise
    except (ValueError, KeyError):
        raise MoodError(f"{name} is {known[name].values}") from None


def _written(value: object) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(NONE if each is None else str(each) for each in value) or NONE
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_number(value: object, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and isfinite(value)
