"""Airbyte's messages, version 0.18 of the protocol.

https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from datetime import datetime

Message = dict[str, t.Any]

NO_CURSOR = {"__ab_no_cursor_state_message": True}
"""The state of a stream that keeps none, as Airbyte's own sources write it."""

FAILURE_TYPES = {
    "config": "config_error",
    "transient": "transient_error",
    "system": "system_error",
}
"""Who can mend a failure, in the tap's word and in Airbyte's."""


def to_millis(instant: datetime) -> int:
    """An instant as Airbyte writes it: milliseconds since 1970."""
    return round(instant.timestamp() * 1000)


def to_log(level: str, text: str) -> Message:
    """A line for whoever reads the logs."""
    return {"type": "LOG", "log": {"level": level, "message": text}}


def to_spec(specification: Message) -> Message:
    """What can be configured."""
    return {"type": "SPEC", "spec": specification}


def to_connection_status(problems: list[str]) -> Message:
    """Whether the settings work, and if not, everything that keeps them from it."""
    if not problems:
        return {"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}}
    status = {"status": "FAILED", "message": "; ".join(problems)}
    return {"type": "CONNECTION_STATUS", "connectionStatus": status}


def to_catalog(streams: list[Message]) -> Message:
    """The streams there are."""
    return {"type": "CATALOG", "catalog": {"streams": streams}}


def to_state(stream: str, bookmark: Message, records: int) -> Message:
    """How far a stream is delivered; `records` are those since its previous state."""
    return {
        "type": "STATE",
        "state": {
            "type": "STREAM",
            "stream": {"stream_descriptor": {"name": stream}, "stream_state": bookmark},
            # The protocol asks for a decimal point.
            "sourceStats": {"recordCount": float(records)},
        },
    }


def to_status(
    stream: str, status: str, now: datetime, *, limited_until: datetime | None = None
) -> Message:
    """What a stream is doing: STARTED, RUNNING, COMPLETE or INCOMPLETE."""
    told: Message = {"stream_descriptor": {"name": stream}, "status": status}
    if limited_until is not None:
        reason = {"quota_reset": to_millis(limited_until)}
        told["reasons"] = [{"type": "RATE_LIMITED", "rate_limited": reason}]
    return _to_trace("STREAM_STATUS", now, {"stream_status": told})


def to_error(
    text: str,
    kind: str,
    now: datetime,
    *,
    stream: str | None = None,
    internal: str | None = None,
) -> Message:
    """What failed, for whoever can mend it: `kind` is `config`, `transient` or `system`."""
    error: Message = {"message": text, "failure_type": FAILURE_TYPES[kind]}
    if internal is not None:
        error["internal_message"] = internal
    if stream is not None:
        error["stream_descriptor"] = {"name": stream}
    return _to_trace("ERROR", now, {"error": error})


def _to_trace(kind: str, now: datetime, body: Message) -> Message:
    return {"type": "TRACE", "trace": {"type": kind, "emitted_at": to_millis(now), **body}}
