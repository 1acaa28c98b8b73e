"""Streams and their columns, as the documents and the catalog's snapshots tell of them."""

from __future__ import annotations

import functools
import json
import typing as t

from tables import table

from tap_payments.providers import PROVIDERS
from tap_payments.rows.privacy import Rules
from tap_payments.streams.stream import ProviderStream
from tap_payments.streams.sync_windows import SyncWindows
from tap_payments.tap import TapPayments

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from singer_sdk import Stream

Schema = dict[str, t.Any]

KINDS = {
    ("string", "x-singer.decimal"): "decimal",
    ("string", "date-time"): "instant",
    ("string", "date"): "day",
    ("string", None): "text",
}
"""JSON types and formats to the words that the documents use; others are their own word."""


@functools.cache
def streams() -> tuple[Stream, ...]:
    """All streams, by name."""
    tap = TapPayments(config={"sync_windows": True}, validate_config=False)
    return tuple(tap.streams[name] for name in sorted(tap.streams))


def streams_of(provider: str | None) -> list[Stream]:
    """A provider's streams; None: those that are no provider's."""
    kinds: tuple[type[Stream], ...] = (SyncWindows,)
    if provider is not None:
        kinds = next(each.streams for each in PROVIDERS if each.name == provider)
    return [stream for stream in streams() if isinstance(stream, kinds)]


def streams_table(some: Sequence[Stream]) -> str:
    """A row per stream."""
    rows = []
    for stream in some:
        keys = ", ".join(f"`{key}`" for key in stream.primary_keys)
        rows.append((f"`{stream.name}`", about(stream), keys, method(stream)))
    return table(("Stream", "Rows", "Key", "Read"), rows)


def about(stream: Stream) -> str:
    """What a stream's rows are."""
    return (type(stream).__doc__ or "").splitlines()[0]


def method(stream: Stream) -> str:
    """How a stream is read, and whether a catalog has to ask for it."""
    how = f"incremental on `{stream.replication_key}`" if stream.replication_key else "full"
    return how if stream.selected_by_default else f"{how}, where selected"


def columns_table(stream: Stream) -> str:
    """A row per column, in the order of use; the columns of a section below, folded."""
    fields = sorted(
        stream.schema["properties"].items(),
        key=lambda item: _use(item[0], item[1], stream.primary_keys),
    )
    plain = {name: field for name, field in fields if not field.get("properties")}
    sections = {name: field for name, field in fields if field.get("properties")}
    parts = [_table_of(stream, plain.items())]
    for name, field in sections.items():
        below = list(columns(field, f"{name}."))
        words = f"<code>{name}</code>, {kind(field)}: {field.get('description', '')}"
        parts += [
            f'<details markdown="1">\n<summary>{words} Columns: {len(below)}.</summary>',
            _table_of(stream, below),
            "</details>",
        ]
    return "\n\n".join(parts)


def _table_of(stream: Stream, some: Iterable[tuple[str, Schema]]) -> str:
    personal = set(personal_paths(stream))
    rows = [
        (
            _breakable(path),
            kind(field) + (", key" if path in stream.primary_keys else ""),
            _described(field, personal=path in personal),
        )
        for path, field in some
    ]
    lines = table(("Column", "Type", "What it is"), rows)
    return f'<div class="columns" markdown="1">\n\n{lines}\n\n</div>'


def _use(name: str, field: Schema, keys: Sequence[str]) -> tuple[int, bool]:
    """Where a column stands among the others: what a row is, its money, its state, its time."""
    last = name.rpartition("_")[2].lower()
    told = str(field.get("description", ""))
    if name == "_extra":
        return 5, False
    if name in keys or last in ("id", "uid", "reference", "ref"):
        return 0, name not in keys
    if kind(field) == "decimal" or last == "currency" or "minor units" in told:
        return 1, name not in ("amount", "currency")
    if last in ("status", "state", "type"):
        return 2, name not in ("status", "state", "type")
    return (3 if kind(field) in ("instant", "day") else 4), False


def _breakable(path: str) -> str:
    """A path as code that may be broken after its dots."""
    return f"<code>{path.replace('.', '.<wbr>')}</code>" if "." in path else f"`{path}`"


def _described(field: Schema, *, personal: bool) -> str:
    words = str(field.get("description", ""))
    return f"{words} Personal." if personal and "Personal" not in words else words


def columns(schema: Schema, prefix: str = "") -> Iterator[tuple[str, Schema]]:
    """All columns of a schema by their paths: `customer`, `customer.email`."""
    for name, field in schema.get("properties", {}).items():
        yield prefix + name, field
        yield from columns(field, f"{prefix}{name}.")


def kind(field: Schema) -> str:
    """A column's type in a word."""
    kinds = field["type"]
    name = next(each for each in ([kinds] if isinstance(kinds, str) else kinds) if each != "null")
    return KINDS.get((name, field.get("format")), name)


def personal_paths(stream: Stream) -> Iterator[str]:
    """The declared columns that `personal_data` replaces, as the tap itself decides."""
    if not isinstance(stream, ProviderStream) or not stream.personal:
        return
    rules = Rules(stream.personal, lambda _value: None)
    for path, field in columns(stream.schema):
        if "properties" not in field:
            first, *rest = path.split(".")
            value: t.Any = "a value"
            for name in reversed(rest):
                value = {name: value}
            if "a value" not in json.dumps(rules.apply(first, value)):
                yield path


def snapshot(stream: Stream) -> str:
    """What a stream promises, for `tests/catalog`."""
    promise = {
        "stream": stream.name,
        "key_properties": list(stream.primary_keys),
        "replication_method": stream.replication_method,
        "replication_key": stream.replication_key,
        "schema": stream.schema,
    }
    return json.dumps(promise, indent=2, ensure_ascii=False) + "\n"
