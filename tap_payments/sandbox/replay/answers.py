"""What was recorded, as the answers to requests that ask the same again."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_payments.sandbox.messages import Answer, Request
    from tap_payments.sandbox.replay.exchange import Exchange

BODYLESS = ("GET", "HEAD")


class Answers:
    """The recorded answers of one provider, by account.

    `root` is the part of a request's path that belongs to the API's address.
    """

    def __init__(self, exchanges: Mapping[str, Sequence[Exchange]], root: str = "") -> None:
        self._exchanges = exchanges
        self._root = root
        self._given: Counter[tuple[str, int]] = Counter()

    def refusal(self, request: Request) -> Answer | None:
        """The answer to a way to authenticate that this path refused whenever it was recorded."""
        path, way = self._path(request), self._way(request)
        alike = [
            each
            for some in self._exchanges.values()
            for each in some
            if (each.method, each.path, each.auth) == (request.method, path, way)
        ]
        return alike[0].answer() if alike and all(each.is_refused for each in alike) else None

    def answer(self, account: str, request: Request) -> Answer | None:
        """The answer to the same request; the next one where there were several."""
        path, way, asked = self._path(request), self._way(request), _posted(request)
        alike = [
            each
            for each in self._exchanges.get(account, ())
            if each.auth == way and each.asks_as(request, path, asked)
        ]
        if not alike:
            return None
        key = (account, id(alike[0]))
        self._given[key] += 1
        return alike[(self._given[key] - 1) % len(alike)].answer()

    def _path(self, request: Request) -> str:
        return request.path.removeprefix(self._root)

    def _way(self, request: Request) -> str:
        """How the request sends credentials, in the words of a recording."""
        if request.basic is not None:
            return "basic"
        if request.bearer is not None:
            return "bearer"
        ways = {each.auth for some in self._exchanges.values() for each in some}
        names = [way.removeprefix("header ") for way in ways if way.startswith("header ")]
        return next((f"header {name}" for name in names if name in request.headers), "none")


def _posted(request: Request) -> Any:
    if request.method in BODYLESS or not request.body:
        return None
    try:
        return json.loads(request.body)
    except ValueError:
        return None
