"""What a vendor leaves open: what the tap assumes of it, how to find it out, and what was seen."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tap_payments.errors import unexpected
from tap_payments.rows.exact_json import dumps, loads

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from tap_payments.accounts.settings import Settings
    from tap_payments.http.calls import Call

T = t.TypeVar("T")

Verdict = t.Literal["confirmed", "contradicted", "observed", "unknown"]


LATER = "Run the doctor again later."
REPORT = "The API answers otherwise than its document says: open an issue with this table."


class Unknowable(Exception):
    """A fact cannot be told from what the account has; the message says why.

    `obtain` says how it gets known then, where it is not as the fact itself says.
    """

    def __init__(self, reason: str, obtain: str | None = None) -> None:
        super().__init__(reason)
        self.obtain = obtain


@dataclass(frozen=True)
class Reply:
    """An answer whatever its status; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    milliseconds: int = 0

    @property
    def json(self) -> t.Any:
        """The body as Python values; None where it is no JSON."""
        try:
            return loads(self.body)
        except ValueError:
            return None


class Inquiry(t.Protocol):
    """One account that is asked, within its budget."""

    configured: Settings
    """The account's settings as they are."""
    now: datetime
    """When the inquiry began, on a full second."""

    @property
    def settings(self) -> Settings:
        """The settings, with the way in which the account lets us in."""
        ...

    def ask(self, call: Call, *, again: bool = False) -> Reply:
        """The answer to a call; one that was asked before is not sent anew, unless `again`.

        Raises:
            Unknowable: no answer came, or the budget is spent.
        """
        ...

    def download(self, url: str, path: str) -> bytes:
        """A file's first megabytes, unpacked; `path` is its name in a recording.

        Raises:
            Unknowable: it is not to be had.
        """
        ...

    def is_home(self, url: str) -> bool:
        """Whether a URL has the scheme, host and port of the API."""
        ...


class Seen(t.NamedTuple):
    """What an account's answers show.

    `fits` says whether that is what the tap assumes, where equality does not. `change` is what to
    set the fact's setting to, `advice` what to do instead, or what it means.
    """

    value: t.Any
    advice: str = ""
    change: t.Any = None
    fits: bool | None = None


@dataclass(frozen=True)
class Fact:
    """Something that the vendor's documents leave open.

    `question` is it as a sentence of the documentation. `assumed` is what the tap takes for
    granted, given an account's settings; None: nothing, it copes with either. `requests` are the
    questions that show it, in words. `read` asks them; `obtain` says how it gets known where the
    account's data did not show it. A fact that `is_about_access` is looked into also where the
    account refuses.
    """

    id: str
    question: str
    read: Callable[[Inquiry], Seen]
    requests: tuple[str, ...] = ()
    assumed: Callable[[Settings], t.Any] = lambda _settings: None
    setting: str | None = None
    obtain: str = ""
    is_about_access: bool = False


@dataclass(frozen=True)
class Finding:
    """What was found out about a fact; texts and numbers that anybody may see."""

    id: str
    assumed: t.Any
    seen: t.Any
    verdict: Verdict
    setting: str | None = None
    advice: str = ""

    def to_dict(self) -> dict[str, t.Any]:
        """The finding as JSON has it."""
        return {
            "id": self.id,
            "assumed": self.assumed,
            "seen": self.seen,
            "verdict": self.verdict,
            "setting": self.setting,
            "advice": self.advice,
        }


@dataclass(frozen=True)
class Probes:
    """What a provider can be asked, and which words of its answers are the vendor's own.

    `first` is the call that every inquiry begins with, `ways` are settings to try one after the
    other where it is refused, and `openings` are these requests in words. Of answers and requests
    a recording keeps the values of `words`, moves the numbers of `moved` by one constant, and says
    of `links` only where they point; of the settings it repeats those that are `shown`. `besides`
    is what else the documents leave open, and no request shows.
    """

    facts: tuple[Fact, ...]
    first: Callable[[Settings, datetime], Call]
    ways: Callable[[Settings], Iterable[Settings]] = lambda settings: (settings,)
    budget: int = 25
    words: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    besides: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()
    shown: frozenset[str] = frozenset()


def examined(fact: Fact, inquiry: Inquiry) -> Finding:
    """What an account's answers say about a fact."""
    assumed = fact.assumed(inquiry.configured)
    try:
        seen = fact.read(inquiry)
    except Unknowable as reason:
        obtain = fact.obtain if reason.obtain is None else reason.obtain
        advice = sentence(f"{reason}. {obtain}")
        return Finding(fact.id, assumed, None, "unknown", None, advice)
    except Exception as error:  # noqa: BLE001 - the other facts can still be told
        return Finding(fact.id, assumed, None, "unknown", None, f"{unexpected(error)}.")
    if assumed is None:
        verdict: Verdict = "observed"
    else:
        fits = seen.value == assumed if seen.fits is None else seen.fits
        verdict = "confirmed" if fits else "contradicted"
    is_wrong = verdict != "confirmed" and seen.change is not None
    setting = fact.setting if is_wrong else None
    advice = seen.advice
    if setting is not None:
        advice = sentence(f"set {setting} to {as_setting(seen.change)}. {advice}")
    return Finding(fact.id, assumed, seen.value, verdict, setting, advice)


def accepted(reply: Reply, kind: type[T]) -> T:
    """The JSON of an answer that is none but what was asked for.

    Raises:
        Unknowable: it is an error, or of another kind.
    """
    if reply.status in (401, 403):
        raise Unknowable(f"the answer was {reply.status}")
    if reply.status != 200:
        is_passing = reply.status == 429 or reply.status >= 500
        raise Unknowable(f"the answer was {reply.status}", LATER if is_passing else REPORT)
    found = reply.json
    if not isinstance(found, kind):
        raise Unknowable("the answer is not what the vendor's document says", REPORT)
    return found


def sentence(words: str) -> str:
    """Words that begin with a capital letter."""
    return (words[:1].upper() + words[1:]).strip()


def as_setting(value: t.Any) -> str:
    """A value as it is written in a configuration: JSON, but a word without quotes."""
    return value if isinstance(value, str) else dumps(value).decode()


def spelled(value: t.Any) -> str:
    """A value for whoever reads a line: words as they are, lists with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {spelled(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(spelled, value)) or "none"
    return str(value)


def named(names: str) -> frozenset[str]:
    """Names that are written with blanks between them."""
    return frozenset(names.split())


def unknown_names(rows: Iterable[t.Any], schema: Mapping[str, t.Any]) -> list[str]:
    """The fields of rows that the vendor's document does not have; names only, never values."""
    known = schema["properties"]
    names = {name for row in rows if isinstance(row, dict) for name in row if name not in known}
    return sorted({name if is_name(name) else "(a name that is no identifier)" for name in names})


def is_name(text: str) -> bool:
    """Whether a member's name is one, and no value in the place of a name."""
    return text.isidentifier() and len(text) <= 64 and sum(map(str.isdigit, text)) < 6
