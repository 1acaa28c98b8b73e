"""The sandbox: a world that is served on loopback."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from tap_payments.sandbox.control import Control
from tap_payments.sandbox.messages import Answer, RefusedError, Request
from tap_payments.sandbox.wire import Listener
from tap_payments.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from tap_payments.sandbox.clock import Clock

CONTROL = "_sandbox"


class Sandbox(World):
    """A world and its server; a context manager that serves while it is open.

    `latency` is seconds before every answer.
    """

    def __init__(
        self,
        *,
        seed: int | None = 1,
        days: int = 30,
        accounts: int | Mapping[str, Sequence[str]] | None = None,
        clock: Clock | None = None,
        replay: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float = 0.0,
    ) -> None:
        super().__init__(seed=seed, days=days, accounts=accounts, clock=clock, replay=replay)
        self.host = host
        self.latency = latency
        self.gzip = True
        self._port = port
        self._control = Control(self)
        self._listeners: list[Listener] = []
        self._in_flight: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where the APIs are; each is under its name."""
        return self.origins.apis

    @property
    def downloads_url(self) -> str:
        """The same on another port: another origin, where files are downloaded."""
        return self.origins.downloads

    def start(self) -> Self:
        """Begins to serve; OSError where the address is taken or does not exist."""
        self._listeners.append(self._listener(self._port))
        try:
            self._listeners.append(self._listener(0))
        except OSError:
            self._listeners.pop().server_close()
            raise
        self.origins.apis, self.origins.downloads = map(self._address, self._listeners)
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

    def _listener(self, port: int) -> Listener:
        listener = Listener(self.host, port, self._respond, self.clock.now, self._stopping)
        listener.gzip = self.gzip
        return listener

    def _address(self, listener: Listener) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{listener.port}"

    def _respond(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        name, slash, rest = path.removeprefix("/").partition("/")
        request = Request(self.clock.now(), name, method, slash + rest, query, headers, body)
        if name == CONTROL:
            return self._carry_out(self._control.answer, request)
        if name not in self.places:
            return Answer.of_json({"message": f"there is only {', '.join(self.apis)}"}, 404)
        return self._serve(request)

    def _serve(self, request: Request) -> Answer:
        """The answer and what a fault makes of it; the journal has it before any wait."""
        name, place = request.provider, self.places[request.provider]
        with self._lock:
            self._in_flight[name] += 1
            in_flight = self._in_flight[name]
        try:
            fault = self.faults.strike(request)
            prevented = fault is not None and fault.prevents
            answer = Answer() if prevented else self._carry_out(place.answer, request)
            if fault:
                answer = fault.spoil(answer, self.clock.now())
            answer.headers |= place.api.dated()
            status = 0 if answer.dropped else answer.status
            self.journal.append(replace(request, status=status, in_flight=in_flight))
            self._stopping.wait(answer.delay + self.latency)
        finally:
            with self._lock:
                self._in_flight[name] -= 1
        return answer

    def _carry_out(self, answer: Callable[[Request], Answer], request: Request) -> Answer:
        try:
            return answer(request)
        except RefusedError as refusal:
            return refusal.answer
        except Exception as error:  # noqa: BLE001 - the sandbox's own fault: one line, and a 500
            where = f"{request.method} /{request.provider}{request.path}"
            sys.stderr.write(f"tap-payments-sandbox: {where} failed with {error!r}\n")
            return Answer.of_json({"message": "the sandbox itself failed"}, 500)
