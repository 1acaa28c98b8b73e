"""Watermarks: how far each series of a stream has been delivered, in the SDK's shape of state."""

from __future__ import annotations

import typing as t

from tap_payments.errors import StreamFailed
from tap_payments.windows.instants import format_instant, to_instant

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

State = dict[str, t.Any]
Context = dict[str, t.Any]


class Watermarks:
    """The watermarks of a state: the only place that reads, checks and moves one."""

    def __init__(self, state: State) -> None:
        self.state = state

    def of(self, stream: str, context: Mapping[str, t.Any]) -> datetime | None:
        """The instant before which everything of a context was delivered; None: nothing yet.

        Raises:
            StreamFailed: the state holds something else than one instant for this context.
        """
        found = self._found(stream, context)
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

    def sound(self, stream: str, contexts: Iterable[Context]) -> list[datetime]:
        """The watermarks of several contexts, without those that are missing or not instants."""
        found = []
        for context in contexts:
            try:
                watermark = self.of(stream, context)
            except StreamFailed:  # the context's own turn says so
                continue
            if watermark is not None:
                found.append(watermark)
        return found

    def doubts(self, stream: str, now: datetime) -> Iterator[str]:
        """What is odd about a stream's bookmark although it can be used, a sentence each."""
        bookmark = self.state.get("bookmarks", {}).get(stream) or {}
        if bookmark and "partitions" not in bookmark:
            yield "its bookmark in the state has no partitions: it is kept, and not gone by"
        contexts = [each["context"] for each in bookmark.get("partitions") or []]
        for instant in self.sound(stream, contexts):
            if instant > now:
                yield (
                    f"its watermark {format_instant(instant)} in the state lies in the future: "
                    "only the lookback is read until then"
                )

    def advance(self, stream: str, context: Context, until: datetime, *, key: str) -> None:
        """Moves a watermark forward, never back; `key` is the stream's replication key.

        Raises:
            StreamFailed: the state holds something else than one instant for this context.
        """
        watermark = self.of(stream, context)
        if watermark is None or watermark < until:
            bookmark = self._bookmark(stream, context)
            bookmark["replication_key"] = key
            bookmark["replication_key_value"] = format_instant(until)

    def begin(self, stream: str, context: Context, instant: datetime, *, key: str) -> None:
        """Sets the watermark of a context that has none; what a state holds stays as it is."""
        found = self._found(stream, context)
        if not found or (len(found) == 1 and found[0].get("replication_key_value") is None):
            self.advance(stream, context, instant, key=key)

    def noted(self, stream: str, context: Context, name: str) -> t.Any:
        """What the state remembers of a context under a name, besides its watermark."""
        found = self._found(stream, context)
        return found[0].get(name) if found else None

    def note(self, stream: str, context: Context, name: str, value: t.Any) -> bool:
        """Remembers something of a context; whether that is new."""
        if value == (self.noted(stream, context, name) or {}):
            return False
        self._bookmark(stream, context)[name] = value
        return True

    def _bookmark(self, stream: str, context: Context) -> State:
        found = self._found(stream, context)
        if found:
            return found[0]
        bookmark = self.state.setdefault("bookmarks", {}).setdefault(stream, {})
        if not bookmark.get("partitions"):
            bookmark["partitions"] = []
        partition: State = {"context": context}
        bookmark["partitions"].append(partition)
        return partition

    def _found(self, stream: str, context: Mapping[str, t.Any]) -> list[State]:
        bookmark = self.state.get("bookmarks", {}).get(stream) or {}
        partitions = bookmark.get("partitions") or []
        return [each for each in partitions if each.get("context") == context]


_AROUND = ("value", "singer_state")
"""Where a state is in a STATE message, and in what Meltano writes: taken whole, it says nothing."""


def state_problem(state: t.Any) -> str | None:
    """What keeps a state from being one at all; None: nothing."""
    if not isinstance(state, dict):
        return "it is not a JSON object"
    if "bookmarks" not in state:
        for name in _AROUND:
            if isinstance(inner := state.get(name), dict) and "bookmarks" in inner:
                return f"what is in its {name} is the state: give that alone"
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
