"""Faults: what can be made to go wrong, for which requests, and how often."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from tap_payments.sandbox.limits import retry_headers
from tap_payments.sandbox.messages import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tap_payments.sandbox.messages import Request

EFFECTS = (
    "stall",
    "truncate",
    "drop",
    "html",
    "json",
    "xml",
    "empty",
    "halfjson",
    "expired-token",
)
GRAMMAR = (
    "PROVIDER:EFFECT[:OPTION=VALUE]... where PROVIDER is any or the name of one; EFFECT is an "
    "HTTP status from 400 to 599, stall=SECONDS, " + ", ".join(EFFECTS[1:]) + "; OPTION is "
    "retry-after=SECONDS|date|date+SECONDS, path=PREFIX, after=N, every=N, times=N, "
    "probability=P, seed=N, accepted=yes. Example: zimpler:429:retry-after=2:times=3"
)
HTML = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Soon.</body></html>"
JSON = b'{"message":"Service is temporarily unavailable"}'
XML = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code>'
    b"<Message>We encountered an internal error. Please try again.</Message></Error>"
)
DOCUMENTS = {
    "html": ("text/html; charset=utf-8", HTML),
    "json": ("application/json", JSON),
    "xml": ("application/xml", XML),
}


class FaultError(ValueError):
    """A fault that cannot be: the message says why and shows the grammar."""

    def __init__(self, spec: str, reason: str) -> None:
        super().__init__(f"fault {spec!r}: {reason}. A fault is {GRAMMAR}")


@dataclass
class Fault:
    """One thing that goes wrong: `effect` is a status (429) or a word (`drop`).

    It meets requests to `provider` (`any`: all) whose path begins with `path`: not the first
    `after` of them, then each `every`-th, with `probability`, `times` times (None: without end,
    which is the default where `every` or `probability` is given). A status is answered instead of
    carrying the request out, unless `accepted`; the other effects spoil the answer to a request
    that was carried out. `retry_after` is seconds, `date` or `date+SECONDS`.
    """

    provider: str
    effect: int | str
    retry_after: int | str | None = None
    seconds: float = 0.0
    path: str = ""
    after: int = 0
    every: int = 1
    times: int | None = 1
    probability: float = 1.0
    seed: int = 0
    accepted: bool = False
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if isinstance(self.effect, str) and self.effect.isdigit():
            self.effect = int(self.effect)
        self._chance = Random(self.seed)
        self._check()

    @classmethod
    def parse(cls, spec: str) -> Fault:
        """The fault that `spec` describes; the grammar is `GRAMMAR`."""
        provider, *words = spec.split(":")
        if not words:
            raise FaultError(spec, "it names no effect")
        effect, _, seconds = words[0].partition("=")
        options = dict(word.partition("=")[::2] for word in words[1:])
        bounded = "times" in options or not {"every", "probability"} & set(options)
        try:
            wait = options.pop("retry-after", "")
            fault = cls(
                provider,
                effect,
                retry_after=int(wait) if wait.isdecimal() else wait or None,
                seconds=float(seconds or 0),
                path=options.pop("path", ""),
                after=int(options.pop("after", 0)),
                every=int(options.pop("every", 1)),
                times=int(options.pop("times", 1)) if bounded else None,
                probability=float(options.pop("probability", 1)),
                seed=int(options.pop("seed", 0)),
                accepted=options.pop("accepted", "no") == "yes",
            )
        except FaultError:
            raise
        except ValueError as error:
            raise FaultError(spec, str(error)) from None
        if options:
            raise FaultError(spec, f"there is no option {', '.join(sorted(options))}")
        return fault

    def meets(self, request: Request) -> bool:
        """Whether it strikes this request; counts it."""
        if self.provider not in (request.provider, "any") or not request.path.startswith(self.path):
            return False
        if self.effect == "expired-token" and request.path == "/oauth2/token":
            return False
        self.seen += 1
        turn = self.seen - self.after
        if turn < 1 or turn % self.every or (self.times is not None and self.fired >= self.times):
            return False
        if self.probability < 1 and self._chance.random() >= self.probability:
            return False
        self.fired += 1
        return True

    @property
    def prevents(self) -> bool:
        """Whether the request is not carried out at all."""
        return not self.accepted and (
            isinstance(self.effect, int) or self.effect == "expired-token"
        )

    def spoil(self, answer: Answer, now: datetime) -> Answer:
        """What is sent instead of `answer`; `now` is what a Retry-After date counts from."""
        if isinstance(self.effect, int):
            return Answer.of_json({"message": "fault"}, self.effect, self._retry_after(now))
        if self.effect == "expired-token":
            return Answer.of_json({"message": "The incoming token has expired"}, 401)
        if self.effect in DOCUMENTS:
            kind, body = DOCUMENTS[self.effect]
            return Answer(200, body, {"Content-Type": kind})
        if self.effect == "empty":
            return Answer(200)
        if self.effect == "halfjson" and isinstance(answer.body, bytes):
            answer.body = answer.body[: len(answer.body) // 2]
        answer.delay += self.seconds
        answer.cut = self.effect == "truncate"
        answer.dropped = self.effect == "drop"
        return answer

    def _retry_after(self, now: datetime) -> dict[str, str]:
        if not isinstance(self.retry_after, str):
            way = None if self.retry_after is None else "seconds"
            return retry_headers(way, self.retry_after or 0, now)
        return retry_headers("date", int(self.retry_after.partition("+")[2] or 2), now)

    def _check(self) -> None:
        reason = None
        if isinstance(self.effect, int) and not 400 <= self.effect <= 599:
            reason = "the status is not an error's"
        elif isinstance(self.effect, str) and self.effect not in EFFECTS:
            reason = "there is no such effect"
        elif (self.effect == "stall") is not (self.seconds > 0):
            reason = "stall, and only stall, takes seconds above 0"
        elif not re.fullmatch(r"\d+|date(\+\d+)?", str(self.retry_after or 0)):
            reason = "retry-after is not seconds, date or date+SECONDS"
        elif self.after < 0 or self.every < 1 or self.times == 0:
            reason = "after is 0 or more, every and times are 1 or more"
        elif not 0 < self.probability <= 1:
            reason = "probability lies above 0 and not above 1"
        if reason:
            raise FaultError(f"{self.provider}:{self.effect}", reason)


class Faults:
    """The faults that are set, in the order they were added; the first that strikes wins.

    `names` are the providers, and whatever else of them can be struck.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault | str) -> Fault:
        """Sets a fault, or the one that a spec describes."""
        spec = fault if isinstance(fault, str) else f"{fault.provider}:{fault.effect}"
        fault = Fault.parse(fault) if isinstance(fault, str) else fault
        if fault.provider not in (*self.names, "any"):
            raise FaultError(spec, f"there is only {', '.join(self.names)}")
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Lifts all of them."""
        with self._lock:
            self._faults.clear()

    def strike(self, request: Request) -> Fault | None:
        """The fault that strikes this request, if any."""
        with self._lock:
            return next((fault for fault in self._faults if fault.meets(request)), None)

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._faults))
