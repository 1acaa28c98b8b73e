"""When files of rows close, and what may be said then."""

from __future__ import annotations

import contextlib
import io
import json
import typing as t
from datetime import timedelta

import pytest

from tap_payments.errors import StreamFailed
from tap_payments.output.batch_files import LONGEST, BatchFiles
from tap_payments.output.batch_settings import BatchSettings
from tap_payments.output.writer import Writer
from tests.rows.row_box import FLAT, codec_of
from tests.support.batches import batch_config, path_of, rows_of_file

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.clock import Clock
    from tests.support.taps import Row

KEY = ("rows", "main")
OTHER = ("rows", "shop2")


class Output:
    """Files and what was said of them."""

    def __init__(self, root: Path, clock: Clock, format_: str, size: int) -> None:
        self.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        self.root = root
        self.clock = clock
        self.codec = codec_of(FLAT)
        config = batch_config(root, format_, batch_size=size)["batch_config"]
        self.files = BatchFiles(BatchSettings.of(config), Writer(), clock)
        self.files.declare("rows", FLAT["properties"])
        self.done: list[tuple[str, int]] = []

    def add(self, *names: str, key: tuple[str, str] = KEY, minor: int = 1) -> None:
        """Adds rows."""
        rows = [{"id": name, "number": 1, "minor": minor} for name in names]
        page = self.codec.decode(json.dumps({"rows": rows}).encode())
        for batch in self.codec.batches(self.codec.rows_of(page)):
            self.files.add(key, self.codec, batch)

    def then(self, name: str, key: tuple[str, str] = KEY) -> None:
        """Notes with how many messages it came to a commit's turn."""
        self.files.then(key, lambda: self.done.append((name, len(self.messages))))

    @property
    def messages(self) -> list[Row]:
        """What was said."""
        return [json.loads(line) for line in self.stdout.buffer.getvalue().splitlines()]

    @property
    def named(self) -> list[list[str]]:
        """The names of the rows of each file that a message names."""
        return [
            [row["id"] for row in rows_of_file(message["encoding"], message["manifest"][0])]
            for message in self.messages
        ]

    @property
    def on_disk(self) -> set[Path]:
        """All files, under whatever name."""
        return {path for path in self.root.rglob("*") if path.is_file()}


@contextlib.contextmanager
def writing(root: Path, clock: Clock, format_: str = "jsonl", size: int = 3) -> Iterator[Output]:
    output = Output(root, clock, format_, size)
    with contextlib.redirect_stdout(output.stdout):
        yield output


@pytest.mark.parametrize("format_", ["jsonl", "parquet", "arrow"])
def test_a_file_closes_at_its_size(tmp_path: Path, clock: Clock, format_: str) -> None:
    with writing(tmp_path / "b", clock, format_) as output:
        output.add("a", "b")
        output.then("first")
        assert output.named == []
        output.add("c", "d", "e", "f", "g")
        assert output.named == [["a", "b", "c"], ["d", "e", "f"]]
        assert output.done == [("first", 1)]
        output.files.finish()
        assert output.named[2:] == [["g"]]
        assert {path_of(each["manifest"][0]) for each in output.messages} == output.on_disk


def test_a_window_waits_a_minute_for_its_file_and_takes_no_other_along(
    tmp_path: Path, clock: Clock
) -> None:
    with writing(tmp_path / "b", clock, size=100) as output:
        output.add("a")
        output.then("first")
        output.add("x", key=OTHER)
        clock.now += LONGEST - timedelta(seconds=1)
        output.files.close_due()
        assert output.done == []
        clock.now += timedelta(seconds=1)
        output.files.close_due()
        assert output.named == [["a"]]
        assert output.done == [("first", 1)]
        output.files.end(OTHER)
        assert output.named == [["a"], ["x"]]


def test_what_does_not_fit_fails_its_pile_and_commits_nothing(tmp_path: Path, clock: Clock) -> None:
    with writing(tmp_path / "b", clock, "arrow", size=100) as output:
        output.add("x", key=OTHER)
        output.add("a")
        output.add("b", minor=2**63)
        output.then("first")
        with pytest.raises(StreamFailed, match="minor: a whole number of more than 64 bits"):
            output.files.end(KEY)
        with pytest.raises(StreamFailed, match="minor"):
            output.add("c")
        output.files.finish()
        assert output.done == []
        assert output.named == [["x"]]
        assert len(output.on_disk) == 1


def test_an_error_leaves_no_file_that_no_message_names(tmp_path: Path, clock: Clock) -> None:
    with writing(tmp_path / "b", clock) as output:
        with contextlib.suppress(RuntimeError), output.files.ending():
            output.add("a", "b", "c", "d")
            raise RuntimeError
        assert output.named == [["a", "b", "c"]]
        assert {path_of(each["manifest"][0]) for each in output.messages} == output.on_disk
