"""Two runs of the tap, kept, and what a loader should hold once it has read them."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.meltano_project import PLUGINS, ROOT, Row
from tests.e2e.same_values import by_folded_name, differences, folded, key_of

OLD_PYTHON = Path(__file__).parent / "old_python"
ALONE = ROOT / ".tools/loaders"

Held = t.Callable[[str], list[Row]]
"""The rows that a loader holds of a stream."""


@dataclass
class Feed:
    """The messages of one run."""

    lines: bytes
    messages: list[Row] = field(init=False)

    def __post_init__(self) -> None:
        """Reads the lines."""
        self.messages = [json.loads(line) for line in self.lines.splitlines()]

    @property
    def state(self) -> Row:
        """The last STATE."""
        return t.cast("Row", self.messages[-1]["value"])

    def records(self, stream: str) -> list[Row]:
        """The records of a stream."""
        return [
            each["record"]
            for each in self.messages
            if each["type"] == "RECORD" and each["stream"] == stream
        ]

    @property
    def schemas(self) -> dict[str, Row]:
        """The last SCHEMA message of each stream."""
        return {each["stream"]: each for each in self.messages if each["type"] == "SCHEMA"}

    def without(self, stream: str) -> Feed:
        """The same run with a stream deselected."""
        name = f'"stream":"{stream}"'.encode()
        return Feed(
            b"".join(line for line in self.lines.splitlines(keepends=True) if name not in line)
        )


def program(name: str) -> Path:
    """The executable of a loader: of Meltano's plugins, or of an environment of its own."""
    plugin = PLUGINS / "loaders" / name / "venv/bin" / name
    return plugin if plugin.exists() else ALONE / name.removeprefix("target-") / "bin" / name


def load(name: str, feed: Feed, folder: Path, config: Row) -> Row:
    """Feeds a loader, and gives the last state that it says."""
    folder.mkdir(exist_ok=True)
    settings = folder / "settings.json"
    settings.write_text(json.dumps(config))
    done = subprocess.run(
        [program(name), "--config", settings],
        input=feed.lines,
        capture_output=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(OLD_PYTHON)},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return t.cast("Row", json.loads(done.stdout.splitlines()[-1]))


def upserted(feeds: t.Sequence[Feed], stream: str) -> dict[tuple[str, ...], Row]:
    """The last record of each key."""
    properties = feeds[0].schemas[stream]["key_properties"]
    return {key_of(record, properties): record for feed in feeds for record in feed.records(stream)}


def assert_same(
    feeds: t.Sequence[Feed], held: Held, *, appends: bool, within: float = 0.001
) -> None:
    """Each stream's rows are there, as they were written last, and no others.

    Instants are the same `within` so many seconds.
    """
    for stream, message in feeds[0].schemas.items():
        keys, schema = message["key_properties"], feeds[-1].schemas[stream]["schema"]
        rows = held(stream)
        wanted = upserted(feeds, stream)
        delivered = sum(len(feed.records(stream)) for feed in feeds)
        assert len(rows) == (delivered if appends else len(wanted)), stream
        names = [*map(folded, keys)]
        last = {key_of(row, names): row for row in map(by_folded_name, rows)}
        assert last.keys() == wanted.keys(), stream
        for key, record in wanted.items():
            found = differences(record, last[key], schema, within=within)
            assert not found, (stream, key)
