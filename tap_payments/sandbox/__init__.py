"""The providers' APIs on loopback: a small real HTTP server, for a first try and for tests.

Written from the vendors' documents alone; it knows nothing of the tap.
"""

from __future__ import annotations

from tap_payments.sandbox.clock import Clock
from tap_payments.sandbox.faults import Fault, FaultError
from tap_payments.sandbox.messages import Journal, Request
from tap_payments.sandbox.moods import MoodError
from tap_payments.sandbox.replay.recording import ReplayError
from tap_payments.sandbox.server import Sandbox

__all__ = [
    "Clock",
    "Fault",
    "FaultError",
    "Journal",
    "MoodError",
    "ReplayError",
    "Request",
    "Sandbox",
]
