"""Clients that share one account's limits, and calls that go out together."""

from __future__ import annotations

import threading
import typing as t

from tap_payments.errors import StreamFailed
from tap_payments.http.calls import Call
from tests.http.client_box import ROWS
from tests.support.server import Answer

if t.TYPE_CHECKING:
    from collections.abc import Callable


OK = Answer(ROWS)
OTHER = Call("GET", "/v1/others")


def together(number: int, work: Callable[[], object]) -> list[object]:
    """What several threads return, or raise, that begin at the same time."""
    found: list[object] = []

    def one() -> None:
        try:
            found.append(work())
        except StreamFailed as failure:
            found.append(failure)

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
