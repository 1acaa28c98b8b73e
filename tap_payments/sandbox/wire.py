"""HTTP/1.1 as a server speaks it: connections, framing, gzip, and answers that break off."""

from __future__ import annotations

import contextlib
import gzip
import socket
import sys
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from tap_payments.sandbox.messages import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORTH_GZIP = 1000
CLOSING_SECONDS = 2.0


class Listener(TCPServer):
    """A listening socket with a thread for each connection; all of them end with `stop`.

    `respond(method, path, query, headers, body)` gives the answer; header names are in lower case.
    `now` is the time that the `Date` header of every answer says.
    `stopping` is set before `stop` is called: no answer is sent from then on.
    """

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        host: str,
        port: int,
        respond: Callable[..., Answer],
        now: Callable[[], datetime],
        stopping: threading.Event,
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.respond = respond
        self.now = now
        self.stopping = stopping
        self.gzip = True
        self._open: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        super().__init__((host, port), Conversation)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Begins to accept connections."""
        self._thread.start()

    def stop(self) -> None:
        """Closes the socket and every connection, also one whose answer is stalled."""
        self._wake()
        self._thread.join(CLOSING_SECONDS)
        self.server_close()
        with self._lock:
            conversations = dict(self._open)
        for connection in conversations.values():
            hang_up(connection)
        for thread in conversations:
            thread.join(CLOSING_SECONDS)

    def _accept(self) -> None:
        """Waits for connections without polling: `stop` wakes it with one of its own."""
        while not self.stopping.is_set():
            try:
                connection, address = self.socket.accept()
            except OSError:  # such as too many open files: no reason to spin
                self.stopping.wait(0.05)
                continue
            if self.stopping.is_set():
                connection.close()
            else:
                self.process_request(connection, address)

    def _wake(self) -> None:
        with contextlib.suppress(OSError), socket.socket(self.address_family) as knock:
            knock.settimeout(CLOSING_SECONDS)
            knock.connect(self.server_address)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Gives the connection a thread of its own."""
        thread = threading.Thread(
            target=self._converse, args=(request, client_address), daemon=True
        )
        with self._lock:
            self._open[thread] = request
        thread.start()

    def _converse(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            pass  # the client went away
        except Exception as error:  # noqa: BLE001 - the end of a thread: one line
            sys.stderr.write(f"tap-payments-sandbox: a connection ended with {error!r}\n")
        finally:
            with self._lock:
                self._open.pop(threading.current_thread(), None)
            self.shutdown_request(request)


class Conversation(BaseHTTPRequestHandler):
    """One connection: request after request until one side closes it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def reply(self) -> None:
        """Reads one request and sends its answer, as whole as the answer says."""
        answer = self._answer()
        if answer.dropped or self.server.stopping.is_set():
            self.close_connection = True
            return
        self._compress(answer)
        if isinstance(answer.body, bytes):
            answer.length = len(answer.body)
        head = self._head(answer)
        if self.command == "HEAD":
            self.wfile.write(head)
        elif isinstance(answer.body, bytes) and not answer.cut:
            self.wfile.write(head + answer.body)
        else:
            self.wfile.write(head)
            for piece in self._pieces(answer):
                self.wfile.write(piece)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = reply  # noqa: N815 - the names that the base class calls

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The server's time; also the base class asks for it, where it refuses a request."""
        now = self.server.now() if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(now, usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it inherits
        """Nothing: the journal has it."""

    def _answer(self) -> Answer:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal():
            self.close_connection = True
            return Answer.of_json({"message": "Length Required"}, HTTPStatus.LENGTH_REQUIRED)
        body = self.rfile.read(int(length))
        path, _, query = self.path.partition("?")
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        return self.server.respond(self.command, unquote(path), parameters, headers, body)

    def _compress(self, answer: Answer) -> None:
        """Only whole bodies: a download is served as it lies there."""
        wanted = "gzip" in self.headers.get("Accept-Encoding", "")
        if not isinstance(answer.body, bytes) or not (wanted and self.server.gzip):
            return
        if len(answer.body) >= WORTH_GZIP and "Content-Encoding" not in answer.headers:
            answer.body = gzip.compress(answer.body, compresslevel=1, mtime=0)
            answer.headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}

    def _head(self, answer: Answer) -> bytes:
        framing = (
            {"Transfer-Encoding": "chunked"}
            if answer.length is None
            else {"Content-Length": str(answer.length)}
        )
        fields = {"Date": self.date_time_string(), **answer.headers, **framing}
        lines = [f"HTTP/1.1 {int(answer.status)} {_phrase(answer.status)}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _pieces(self, answer: Answer) -> Iterator[bytes]:
        """The body as it is sent; one that is cut ends the connection in its middle."""
        pieces = [answer.body] if isinstance(answer.body, bytes) else answer.body
        chunked, left = answer.length is None, (answer.length or 0) // 2
        for piece in pieces:
            part = piece
            if answer.cut:
                part = piece[: len(piece) // 2] if chunked else piece[:left]
                left -= len(part)
            if part:
                yield b"%x\r\n%s\r\n" % (len(part), part) if chunked else part
            if answer.cut and (chunked or left <= 0):
                self.close_connection = True
                return
        if chunked:
            yield b"0\r\n\r\n"


def hang_up(connection: socket.socket) -> None:
    """Ends a connection that somebody may be reading or writing."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unnamed"
