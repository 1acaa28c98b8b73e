"""The APIs of the benchmark: rendered rows, kept connections, and as little work as it takes.

`python -m harness.server` prints its URL and ends with its standard input. What is served is
named by the first parts of a path: `/rows-200000/latency-100/zimpler/v4/transactions` are 200,000
rows, each answer 100 ms late. Credentials are not looked at.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
import typing as t
from datetime import date, timedelta
from functools import cache
from urllib.parse import parse_qs, urlsplit

from harness.flat import make_flat
from harness.nested import FIRST_ID, make_nested
from harness.reports import Reports, make_report

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from harness.rows import Rows

Body = list[bytes | memoryview]

PAGE = 100
"""beGateway's pages."""

_lock = threading.Lock()


@cache
def _made(make: Callable[[int], t.Any], count: int) -> t.Any:
    return make(count)


def made(make: Callable[[int], t.Any], count: int) -> t.Any:
    """A data set, made when it is first asked for."""
    with _lock:
        return _made(make, count)


def zimpler(rows: Rows, query: dict[str, list[str]]) -> Body:
    """A page of `GET /v4/transactions`; both dates are inclusive."""
    given = {name: values[-1] for name, values in query.items()}
    since = rows.before(date.fromisoformat(given["from_date"][:10])) if "from_date" in given else 0
    until = (
        rows.before(date.fromisoformat(given["to_date"][:10]) + timedelta(days=1))
        if "to_date" in given
        else len(rows)
    )
    first = since + int(given.get("offset", 0))
    page = rows.cut(first, min(first + int(given.get("limit", 100)), until))
    return [b'{"count":%d,"transactions":[' % max(0, until - since), page, b"]}"]


def begateway(rows: Rows, params: dict[str, t.Any]) -> Body:
    """A page of `POST /api/reports`: rows by the day of their creation, half open."""
    if (
        params["date_type"] != "created_at"
        or params["payment_method_type"] != "credit_card"
        or params.get("manual_correction_from")
    ):
        since = until = 0
    else:
        since, until = (rows.before(date.fromisoformat(params[end][:10])) for end in ("from", "to"))
    after = params.get("starting_after")
    first = since if after is None else max(since, int(after) - FIRST_ID + 1)
    last = min(first + PAGE, until)
    ends = (FIRST_ID + first, FIRST_ID + last - 1) if first < last else (None, None)
    tail: dict[str, t.Any] = {"count": until - since, "has_more": last < until}
    tail |= {"first_object_id": ends[0], "last_object_id": ends[1]}
    return [b'{"transactions":[', rows.cut(first, last), b"]," + json.dumps(tail).encode()[1:]]


class Connection:
    """One connection, answered until it is closed."""

    def __init__(self, connection: socket.socket, reports: Reports, url: str) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._reports = reports
        self._url = url
        self._received = b""

    def serve(self) -> None:
        """Answers requests."""
        with self._socket:
            try:
                while request := self._read():
                    self._send(self._answer(*request))
            except OSError:
                return

    def _read(self) -> tuple[str, bytes] | None:
        while (end := self._received.find(b"\r\n\r\n")) < 0:
            if not (more := self._socket.recv(65_536)):
                return None
            self._received += more
        head, length = self._received[:end].lower(), 0
        at = head.find(b"\r\ncontent-length:")
        if at >= 0:
            length = int(head[at + 17 :].split(b"\r\n", 1)[0])
        target = self._received.split(b" ", 2)[1].decode()
        while len(self._received) < end + 4 + length:
            self._received += self._socket.recv(65_536)
        body = self._received[end + 4 : end + 4 + length]
        self._received = self._received[end + 4 + length :]
        return target, body

    def _answer(self, target: str, body: bytes) -> Body:
        parts = urlsplit(target)
        path, options = parts.path, dict.fromkeys(("rows", "latency"), 0)
        while (split := path[1:].partition("/"))[0].partition("-")[0] in options:
            name, _, value = split[0].partition("-")
            options[name], path = int(value), "/" + split[2]
        if options["latency"]:
            time.sleep(options["latency"] / 1000)
        count = options["rows"]
        if path == "/zimpler/v4/transactions":
            return zimpler(made(make_flat, count), parse_qs(parts.query))
        if path == "/begateway/api/reports":
            return begateway(made(make_nested, count), json.loads(body)["report_params"])
        if path == "/zimpler/v4/current_balance":
            return [b'{"SEK":{"total":"25000.00","pending":"1000.00","available":"24000.00"}}']
        if path == f"/report-{count}.csv":
            return [made(make_report, count)]
        if path.startswith("/first-day/"):
            rows = made({"zimpler": make_flat, "begateway": make_nested}[path[11:]], count)
            return [str(rows.first_day).encode()]
        return [self._reports.answer(path, body, f"{self._url}/rows-{count}/report-{count}.csv")]

    def _send(self, body: Body) -> None:
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % sum(map(len, body))
        )
        pieces = [memoryview(piece) for piece in (head, *body)]
        sent = self._socket.sendmsg(pieces)
        for piece in pieces:
            if sent < len(piece):
                self._socket.sendall(piece[sent:])
            sent = max(0, sent - len(piece))


def main() -> None:
    """Serves on a free port of loopback until standard input ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    reports = Reports()

    def accept() -> None:
        while True:
            connection = Connection(listener.accept()[0], reports, url)
            threading.Thread(target=connection.serve, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(url, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
