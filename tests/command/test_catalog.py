"""The catalog is a public contract: `tests/catalog/` has one file per stream, reviewed in diffs.

`make generate` writes them anew.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.taps import Row, discover

SNAPSHOTS = Path(__file__).parents[1] / "catalog"
STREAMS = {entry["tap_stream_id"]: entry for entry in discover({"sync_windows": True})["streams"]}


def promise(entry: Row) -> Row:
    """What of a catalog's entry a snapshot has."""
    return {
        "stream": entry["tap_stream_id"],
        "key_properties": entry["key_properties"],
        "replication_method": entry["replication_method"],
        "replication_key": entry.get("replication_key"),
        "schema": entry["schema"],
    }


@pytest.mark.parametrize("stream", sorted(STREAMS))
def test_a_stream_is_as_it_was_reviewed(stream: str) -> None:
    file = SNAPSHOTS / f"{stream}.json"
    assert file.exists(), f"{stream} is new: run `make generate` and review {file.name}"
    assert promise(STREAMS[stream]) == json.loads(file.read_text(encoding="utf-8")), (
        f"{stream} has changed: run `make generate` and review the difference"
    )


def test_no_reviewed_stream_has_gone() -> None:
    assert {file.stem for file in SNAPSHOTS.glob("*.json")} == set(STREAMS)


@pytest.mark.parametrize("stream", sorted(STREAMS))
def test_every_column_says_what_it_is(stream: str) -> None:
    def undescribed(path: str, schema: dict[str, object]) -> list[str]:
        properties = schema.get("properties")
        inner = properties.items() if isinstance(properties, dict) else ()
        return [
            *([] if schema.get("description") or not path else [path]),
            *(each for name, field in inner for each in undescribed(f"{path}.{name}", field)),
        ]

    assert undescribed("", STREAMS[stream]["schema"]) == []
