"""One request and its answer, as a recording keeps them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.messages import Answer
from tap_payments.sandbox.replay.moving import move, move_header, move_text
from tap_payments.sandbox.rows.spelling import to_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from tap_payments.sandbox.messages import Request


@dataclass(frozen=True)
class Exchange:
    """A request and its answer: `asked` is the JSON that was posted, `body` or `text` came back.

    A value that was not kept is None. `auth` is `basic`, `bearer`, `header NAME` or `none`.
    """

    at: datetime
    method: str
    path: str
    auth: str
    query: Mapping[str, str | None]
    asked: Any
    origin: str
    status: int
    headers: Mapping[str, str]
    body: Any
    text: str | None

    @classmethod
    def of(cls, document: Any) -> Exchange:
        """The exchange that a file's JSON describes; ValueError or TypeError says what is wrong."""
        request, response = _member(document, "request", dict), _member(document, "response", dict)
        at = to_instant(_member(document, "at", str))
        if at is None:
            raise ValueError("at is no instant")
        return cls(
            at=at,
            method=_member(request, "method", str),
            path=_member(request, "path", str),
            auth=_member(request, "auth", str).lower(),
            query=_texts(request, "query"),
            asked=request.get("body"),
            origin=request.get("origin", "same"),
            status=_member(response, "status", int),
            headers=_texts(response, "headers"),
            body=response.get("body"),
            text=response.get("text"),
        )

    def moved(self, by: timedelta) -> Exchange:
        """The same, with all dates moved."""
        headers = {name: move_header(value, by) for name, value in self.headers.items()}
        return replace(
            self,
            at=self.at + by,
            path="/".join(move(self.path.split("/"), by)),
            query=move(self.query, by),
            asked=move(self.asked, by),
            headers=headers,
            body=move(self.body, by),
            text=None if self.text is None else move_text(self.text, by),
        )

    @property
    def is_refused(self) -> bool:
        """Whether the credentials were."""
        return self.status in (401, 403)

    def asks_as(self, request: Request, path: str, asked: Any) -> bool:
        """Whether `request` is the same: method, path, parameters and the JSON posted."""
        return (
            (self.method, self.path) == (request.method, path)
            and _is_same(self.query, request.query)
            and _is_same(self.asked, asked)
        )

    def answer(self) -> Answer:
        """What was answered; the time of the answer is not."""
        headers = {name: value for name, value in self.headers.items() if name != "date"}
        if self.text is None and self.body is not None:
            return Answer.of_json(self.body, self.status, headers)
        return Answer(self.status, (self.text or "").encode(), headers)

    def has_list(self, path: str, member: str) -> bool:
        """Whether a path was answered with an object that has a list under this name."""
        is_object = self.status == 200 and isinstance(self.body, dict)
        return self.path == path and is_object and isinstance(self.body.get(member), list)


def _member(document: Any, name: str, kind: type) -> Any:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{name} is missing or of another type")
    return value


def _texts(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise TypeError(f"{name} is not an object")
    return value


def _is_same(recorded: Any, asked: Any) -> bool:
    """Whether two values are equal, where a recorded None is any value."""
    if recorded is None:
        return True
    if isinstance(recorded, dict) and isinstance(asked, dict):
        return recorded.keys() == asked.keys() and all(
            _is_same(value, asked[name]) for name, value in recorded.items()
        )
    return bool(recorded == asked)
