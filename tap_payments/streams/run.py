"""A run: what streams are given of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    import threading

    from tap_payments.runtime import Runtime
    from tap_payments.windows.bounds import Bounds
    from tap_payments.windows.watermarks import Watermarks


@dataclass(frozen=True)
class Run:
    """What may be asked for, what was delivered before, and the clock to go by.

    `cancelled` is set when nobody needs the answers any more.
    """

    bounds: Bounds
    watermarks: Watermarks
    runtime: Runtime
    cancelled: threading.Event
