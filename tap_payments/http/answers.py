"""Answers: read to their end, or still to be read."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    import urllib3


class Answer(t.NamedTuple):
    """An answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Response(t.NamedTuple):
    """An answer whose body is still to be read; its connection is given back at the end."""

    url: str
    status: int
    headers: Mapping[str, str]
    raw: urllib3.BaseHTTPResponse

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.raw.close()
        self.raw.release_conn()
