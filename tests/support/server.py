"""A small HTTP server on loopback that answers as a test tells it to, and notes what it was asked.

    with Server(lambda request: Answer({"rows": []})) as server:
        ...  # ask server.url
    assert server.requests[0].query == {"from": "2026-01-01"}

Real sockets, HTTP/1.1 with connections that are kept, a thread for each of them.
"""

from __future__ import annotations

import contextlib
import gzip
import http
import json
import os
import socket
import struct
import threading
import typing as t
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

if t.TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Request:
    """One request as it came; `connection` counts the connections from 1."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        """The target's path."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the target."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> t.Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What to answer: bytes and texts go out as they are, all else as JSON.

    `delay` are seconds before the answer. Of a `cut` body only so many bytes are sent, then the
    connection is closed; of a `stalled` one only so many, and it stays open. A `trickled` one comes
    byte by byte, with so many seconds between them. A `dropped` request gets no answer at all, a
    `reset` one a connection that is torn down.
    """

    body: t.Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    cut: int | None = None
    stalled: int | None = None
    trickled: float | None = None
    dropped: bool = False
    reset: bool = False
    chunked: bool = False

    @property
    def content(self) -> bytes:
        """The body's bytes."""
        if isinstance(self.body, bytes):
            return self.body
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return text.encode()

    def gzipped(self) -> Answer:
        """The same answer, compressed."""
        packed = gzip.compress(self.content)
        return replace(self, body=packed, headers={**self.headers, "Content-Encoding": "gzip"})


def rest_of(rows: list[t.Any], request: Request) -> list[t.Any]:
    """The rows from the `offset` on that a request asks for."""
    return rows[int(request.query.get("offset", 0)) :]


class Server:
    """The server; `handler` may be set anew at any time."""

    def __init__(
        self,
        handler: Callable[[Request], Answer] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.handler = handler or (lambda _request: Answer("nobody told me", status=404))
        self.tls = tls
        self.requests: list[Request] = []
        self.most_at_once = 0
        self.at_once = 0
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.sockets: list[socket.socket] = []

    def script(self, *answers: Answer) -> None:
        """Answers requests with these in turn, and all others with the last."""
        rest = list(answers)

        def handler(_request: Request) -> Answer:
            with self.lock:
                return rest.pop(0) if len(rest) > 1 else rest[0]

        self.handler = handler

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._listener.server_port}"

    @property
    def connections(self) -> int:
        """How many connections were opened."""
        return len(self.sockets)

    def __enter__(self) -> t.Self:
        """Listens on a free port."""
        self._listener = _Listener(("127.0.0.1", 0), _Handler)
        self._listener.owner = self
        if self.tls:
            self._listener.socket = self.tls.wrap_socket(
                self._listener.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Closes every connection."""
        self.closing.set()
        self._listener.shutdown()
        self._thread.join()
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    owner: Server

    def handle_error(self, *_: t.Any) -> None:
        """Nothing: tests break connections on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        super().setup()
        owner = self.server.owner
        with owner.lock:
            owner.sockets.append(self.connection)
            self.number = len(owner.sockets)

    def do_GET(self) -> None:
        owner = self.server.owner
        request = Request(
            self.command,
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(self.headers.get("Content-Length", 0))),
            self.number,
        )
        with owner.lock:
            owner.requests.append(request)
            owner.at_once += 1
            owner.most_at_once = max(owner.most_at_once, owner.at_once)
        try:
            answer = owner.handler(request)
            owner.closing.wait(answer.delay)
            self._send(answer)
        finally:
            with owner.lock:
                owner.at_once -= 1

    do_POST = do_PUT = do_HEAD = do_CONNECT = do_GET  # noqa: N815 - the names that http.server calls

    def _send(self, answer: Answer) -> None:
        if answer.reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            os.close(self.connection.detach())
        if answer.reset or answer.dropped:
            self.close_connection = True
            return
        content, headers = answer.content, dict(answer.headers)
        if answer.status not in (204, 304) and answer.chunked:
            headers["Transfer-Encoding"] = "chunked"
            content = b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)
        elif answer.status not in (204, 304):
            headers.setdefault("Content-Length", str(len(content)))
        phrase = http.HTTPStatus(answer.status).phrase
        lines = [f"HTTP/1.1 {answer.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        short = answer.stalled if answer.cut is None else answer.cut
        if short is not None:
            content = content[:short]
            self.close_connection = True
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        self._send_body(content, answer.trickled)
        if answer.stalled is not None:
            self.server.owner.closing.wait()

    def _send_body(self, content: bytes, trickled: float | None) -> None:
        if trickled is None:
            self.wfile.write(content)
        else:
            self.close_connection = True
            for byte in content:
                self.wfile.write(bytes([byte]))
                if self.server.owner.closing.wait(trickled):
                    return
        self.wfile.flush()

    def log_message(self, *_: t.Any) -> None:
        """Nothing."""
