"""The sandbox: the providers' APIs behind one loopback address."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol, Self

from tap_payments.sandbox.api import RefusedError
from tap_payments.sandbox.begateway import BeGateway
from tap_payments.sandbox.clock import Clock
from tap_payments.sandbox.control import Control
from tap_payments.sandbox.faults import Faults
from tap_payments.sandbox.messages import Answer, Journal, Request
from tap_payments.sandbox.spacivox import Spacivox
from tap_payments.sandbox.tikpay import Tikpay
from tap_payments.sandbox.wire import Listener
from tap_payments.sandbox.zimpler import Zimpler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from tap_payments.sandbox.api import Api

ACCOUNTS: Mapping[str, Sequence[str]] = {"zimpler": ("main", "shop2")}
CONTROL = "_sandbox"
DOWNLOADS = "tikpay-downloads"


class Answering(Protocol):
    """What answers requests: an API, the downloads, the control endpoints."""

    def answer(self, request: Request) -> Answer:
        """The answer; RefusedError where it is an error's."""


class Sandbox:
    """The APIs, their data, and the server; a context manager that serves while it is open.

    `seed` None is an empty data set. `days` is the history before the server's first day.
    `accounts` is a number for each provider, or their names by provider; what is not named has one
    account `main`, and Zimpler `main` and `shop2`. `latency` is seconds before every answer.
    """

    def __init__(
        self,
        *,
        seed: int | None = 1,
        days: int = 30,
        accounts: int | Mapping[str, Sequence[str]] | None = None,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float = 0.0,
    ) -> None:
        self.seed = seed
        self.clock = clock or Clock()
        self.first = (self.clock.now() - timedelta(days=days)).date()
        self.host = host
        self.latency = latency
        self.gzip = True
        self.faults = Faults()
        self.journal = Journal()
        self.zimpler = Zimpler(self.clock, seed, self.first, _names("zimpler", accounts))
        self.begateway = BeGateway(self.clock, seed, self.first, _names("begateway", accounts))
        self.spacivox = Spacivox(self.clock, seed, self.first, _names("spacivox", accounts))
        self.tikpay = Tikpay(self.clock, seed, self.first, _names("tikpay", accounts))
        self.tikpay.origin = lambda: self.downloads_url
        self.apis: dict[str, Api] = {
            api.name: api for api in (self.zimpler, self.begateway, self.spacivox, self.tikpay)
        }
        self._port = port
        self._control = Control(self)
        self._listeners: list[Listener] = []
        self._in_flight: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where the APIs are; each is under its name."""
        return self._address(0)

    @property
    def downloads_url(self) -> str:
        """Where Tikpay's reports are downloaded: another origin."""
        return self._address(1)

    def config(self, *providers: str) -> dict[str, Any]:
        """A configuration of the tap with these providers, or with all of them."""
        names = providers or tuple(self.apis)
        settings = {name: self.apis[name].settings(self.url) for name in names}
        return {"start_date": self.first.isoformat(), **settings}

    def start(self) -> Self:
        """Begins to serve; OSError where the address is taken or does not exist."""
        self._listeners.append(self._listener(self._port, self._respond))
        try:
            self._listeners.append(self._listener(0, self._respond_download))
        except OSError:
            self._listeners.pop().server_close()
            raise
        for listener in self._listeners:
            listener.start()
        return self

    def stop(self) -> None:
        """Ends every connection and stops to serve."""
        self._stopping.set()
        while self._listeners:
            self._listeners.pop().stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _listener(self, port: int, respond: Callable[..., Answer]) -> Listener:
        listener = Listener(self.host, port, respond, self._stopping)
        listener.gzip = self.gzip
        return listener

    def _address(self, position: int) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{self._listeners[position].port}"

    def _respond(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        name, slash, rest = path.removeprefix("/").partition("/")
        request = Request(self.clock.now(), name, method, slash + rest, query, headers, body)
        if name == CONTROL:
            return self._carry_out(self._control, request)
        if name not in self.apis:
            return Answer.of_json({"message": f"there is only {', '.join(self.apis)}"}, 404)
        return self._serve(self.apis[name], request)

    def _respond_download(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        request = Request(self.clock.now(), DOWNLOADS, method, path, query, headers, body)
        return self._serve(self.tikpay.downloads, request)

    def _serve(self, server: Answering, request: Request) -> Answer:
        """The answer and what a fault makes of it; the journal has it before any wait."""
        name = request.provider
        with self._lock:
            self._in_flight[name] += 1
            in_flight = self._in_flight[name]
        try:
            fault = self.faults.strike(request)
            prevented = fault is not None and fault.prevents
            answer = Answer() if prevented else self._carry_out(server, request)
            if fault:
                answer = fault.spoil(answer, self.clock.wall())
            status = 0 if answer.dropped else answer.status
            self.journal.append(replace(request, status=status, in_flight=in_flight))
            self._stopping.wait(answer.delay + self.latency)
        finally:
            with self._lock:
                self._in_flight[name] -= 1
        return answer

    def _carry_out(self, server: Answering, request: Request) -> Answer:
        try:
            return server.answer(request)
        except RefusedError as refusal:
            return refusal.answer
        except Exception as error:  # noqa: BLE001 - the sandbox's own fault: one line, and a 500
            where = f"{request.method} /{request.provider}{request.path}"
            sys.stderr.write(f"tap-payments-sandbox: {where} failed with {error!r}\n")
            return Answer.of_json({"message": "the sandbox itself failed"}, 500)


def _names(provider: str, accounts: int | Mapping[str, Sequence[str]] | None) -> Sequence[str]:
    if isinstance(accounts, int):
        return ("main", *(f"shop{number}" for number in range(2, accounts + 1)))
    return {**ACCOUNTS, **(accounts or {})}.get(provider, ("main",))
