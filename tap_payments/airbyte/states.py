"""States as a platform keeps them, and as the tap reads them: the same bookmarks either way."""

from __future__ import annotations

import typing as t

from tap_payments.errors import Refused

if t.TYPE_CHECKING:
    from collections.abc import Iterator

SENTINELS = ("__ab_no_cursor_state_message", "__ab_full_refresh_sync_complete")
"""What stands in for a state where there is none."""


def parse_states(states: t.Any) -> dict[str, t.Any]:
    """The bookmark of each stream, as it came; empty ones and sentinels are none.

    Takes the protocol's list of states, an object where it has only one, and a Singer state.

    Raises:
        Refused: it is none of them.
    """
    if states is None:
        return {}
    if isinstance(states, dict) and "bookmarks" in states:
        pairs = iter(_mapping(states["bookmarks"]).items())
    elif isinstance(states, dict):
        pairs = _pairs(states) if states else iter(())
    elif isinstance(states, list):
        pairs = (pair for state in states for pair in _pairs(_mapping(state)))
    else:
        raise Refused("the state is not a list of states")
    found: dict[str, t.Any] = {}
    for stream, bookmark in pairs:
        if not bookmark or (isinstance(bookmark, dict) and any(map(bookmark.get, SENTINELS))):
            continue
        if found.setdefault(stream, bookmark) != bookmark:
            raise Refused(f"the state has two different states of {stream}")
    return found


def _pairs(state: dict[str, t.Any]) -> Iterator[tuple[str, t.Any]]:
    """A state message as streams and bookmarks; platforms spell out members that are null."""
    if state.get("stream"):
        yield _stream_state(state["stream"])
    elif shared := state.get("global") or state.get("global_"):
        for each in _mapping(shared).get("stream_states") or ():
            yield _stream_state(each)
    elif state.get("data"):
        yield from _mapping(state["data"]).items()
    elif state.get("type") not in ("STREAM", "GLOBAL", "LEGACY"):
        raise Refused("the state is not one of Airbyte's: it has neither stream nor data")


def _stream_state(state: t.Any) -> tuple[str, t.Any]:
    state = _mapping(state)
    name = _mapping(state.get("stream_descriptor")).get("name")
    if not isinstance(name, str):
        raise Refused("a state names no stream")
    return name, state.get("stream_state")


def _mapping(value: t.Any) -> dict[str, t.Any]:
    if not isinstance(value, dict):
        raise Refused("a state is not a JSON object")
    return value
