"""Watermarks: how far each series of a stream has been delivered, in the SDK's shape of state."""

from __future__ import annotations

import typing as t

from tap_payments.errors import StreamFailed
from tap_payments.windows.instants import to_instant

if t.TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

State = dict[str, t.Any]


def read_watermark(
    state: Mapping[str, t.Any], stream: str, context: Mapping[str, t.Any]
) -> datetime | None:
    """The instant before which everything of a context was delivered; None: nothing yet.

    Raises:
        StreamFailed: the state holds something else than one instant for this context.
    """
    bookmark = state.get("bookmarks", {}).get(stream) or {}
    partitions = bookmark.get("partitions") or []
    found = [each for each in partitions if each.get("context") == context]
    if len(found) > 1:
        raise StreamFailed("the state has more than one watermark for it", kind="config")
    value = found[0].get("replication_key_value") if found else None
    if value is None:
        return None
    try:
        return to_instant(value)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise StreamFailed(
            "the watermark in the state is not an instant such as 2026-01-31T00:00:00.000000Z",
            kind="config",
        ) from None


def state_problem(state: t.Any) -> str | None:
    """What keeps a state from being one at all; None: nothing."""
    if not isinstance(state, dict):
        return "it is not a JSON object"
    bookmarks = state.get("bookmarks", {})
    if not isinstance(bookmarks, dict):
        return "bookmarks is not an object"
    for name, bookmark in bookmarks.items():
        if not isinstance(bookmark, dict):
            return f"the bookmark of {name} is not an object"
        partitions = bookmark.get("partitions", [])
        if not isinstance(partitions, list) or not all(
            isinstance(each, dict) and isinstance(each.get("context"), dict) for each in partitions
        ):
            return f"the partitions of {name} are not a list of objects with a context"
    return None
