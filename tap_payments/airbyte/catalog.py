"""Airbyte's catalogs: what there is to read, and what shall be read."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL

from tap_payments.airbyte import cells
from tap_payments.errors import Refused
from tap_payments.rows.fields import key, text
from tap_payments.streams.stream import ProviderStream

if t.TYPE_CHECKING:
    from singer_sdk import Stream

FULL_REFRESH = "full_refresh"
INCREMENTAL = "incremental"


@dataclass(frozen=True)
class Configured:
    """A stream that shall be read, and how."""

    name: str
    sync_mode: str


def describe(stream: Stream) -> dict[str, t.Any]:
    """A stream as `discover` lists it; its key and cursor are the tap's to choose."""
    told: dict[str, t.Any] = {
        "name": stream.name,
        "json_schema": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            **stream.schema,
            "properties": declared_columns(stream),
            "additionalProperties": True,
        },
        "supported_sync_modes": [FULL_REFRESH],
        "source_defined_primary_key": [[name] for name in stream.primary_keys],
    }
    if stream.replication_method == REPLICATION_INCREMENTAL:
        told["supported_sync_modes"].append(INCREMENTAL)
        told |= {
            "source_defined_cursor": True,
            "default_cursor_field": [stream.replication_key],
            "is_resumable": True,
        }
    return told


def declared_columns(stream: Stream) -> dict[str, t.Any]:
    """Every column of a stream: destinations drop what is not among them."""
    columns = dict(stream.schema["properties"])
    if has_open_columns(stream):
        # A column of the report, where the settings say that it is part of the key.
        columns |= {
            name: key(text("A column of the report."))
            for name in stream.primary_keys
            if name not in columns
        }
        columns[cells.COLUMN] = cells.SCHEMA
    return columns


def has_open_columns(stream: Stream) -> bool:
    """Whether a stream's rows have columns that no catalog declares."""
    return isinstance(stream, ProviderStream) and stream.open_columns


def parse_catalog(catalog: t.Any) -> list[Configured]:
    """The streams of a configured catalog; what the source defines itself is not looked at.

    Raises:
        Refused: it is not a configured catalog.
    """
    entries = catalog.get("streams") if isinstance(catalog, dict) else None
    if not isinstance(entries, list):
        raise Refused("the catalog is not an object with a list of streams")
    return [_parse_stream(entry) for entry in entries]


def _parse_stream(entry: t.Any) -> Configured:
    stream = entry.get("stream") if isinstance(entry, dict) else None
    name = stream.get("name") if isinstance(stream, dict) else None
    if not isinstance(name, str):
        raise Refused("a stream of the catalog has no name")
    return Configured(name, str(entry.get("sync_mode")))
