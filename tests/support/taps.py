"""Runs the tap: in this process against a sandbox, or as the command in a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import typing as t
from copy import deepcopy
from dataclasses import dataclass, field

import jsonschema

from tap_payments.errors import SyncFailed
from tap_payments.tap import TapPayments
from tests.support.in_process import listening, runtime_of, signals_kept

if t.TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tap_payments.sandbox import Sandbox
    from tests.support.clock import Clock

COMMAND = (sys.executable, "-m", "tap_payments")

Row = dict[str, t.Any]

NOTHING: Row = {"bookmarks": {}}
"""The state of a run that has committed nothing."""


@dataclass
class Run:
    """What a run of the tap left: its lines, its log, and why it failed (None: it did not)."""

    lines: list[bytes] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    failed: str | None = None

    @property
    def messages(self) -> list[Row]:
        """The Singer messages."""
        return [json.loads(line) for line in self.lines]

    def of(self, kind: str, stream: str | None = None) -> list[Row]:
        """The messages of a type, and of a stream where one is named."""
        return [
            each
            for each in self.messages
            if each["type"] == kind and stream in (None, each.get("stream"))
        ]

    def records(self, stream: str) -> list[Row]:
        """The records of a stream."""
        return [each["record"] for each in self.of("RECORD", stream)]

    def rows(self, stream: str, account: str | None = None) -> list[Row]:
        """The records without what the tap adds."""
        return [
            vendor_part(each)
            for each in self.records(stream)
            if account in (None, each["_account"])
        ]

    @property
    def states(self) -> list[Row]:
        """What the STATE messages say, each once: none of a run that commits nothing.

        The last line of every run is a STATE, which may say again what another has said.
        """
        values = [each["value"] for each in self.of("STATE")]
        found = [
            value for value, before in zip(values, [None, *values], strict=False) if value != before
        ]
        return [value for value in found if value != NOTHING]

    @property
    def state(self) -> Row:
        """The last STATE's value."""
        return self.states[-1]

    def logged(self, *words: str) -> list[str]:
        """The lines of the log that hold all of these words."""
        return [line for line in self.log if all(word in line for word in words)]


def vendor_part(record: Row) -> Row:
    """A record's fields that the vendor sent, but for nulls: columns that are left out are null."""
    return {
        name: value
        for name, value in record.items()
        if value is not None and not name.startswith("_")
    }


def spelled(rows: list[Row]) -> list[str]:
    """Rows as texts, in an order of their own: what holds the same rows is equal."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def watermarks(state: Mapping[str, t.Any], stream: str) -> dict[t.Any, str]:
    """The watermarks of a stream, by account, or by account and team."""
    partitions = state.get("bookmarks", {}).get(stream, {}).get("partitions", [])
    return {
        next(iter(values)) if len(values := tuple(each["context"].values())) == 1 else values: each[
            "replication_key_value"
        ]
        for each in partitions
        if "replication_key_value" in each
    }


def state_of(stream: str, value: t.Any, account: str = "default", **context: t.Any) -> Row:
    """A state with one watermark."""
    key = {"zimpler_transactions": "approved_at"}.get(stream, "timestamp")
    partition = {
        "context": {"_account": account, **context},
        "replication_key": key,
        "replication_key_value": value,
    }
    return {"bookmarks": {stream: {"partitions": [partition]}}}


def settings(sandbox: Sandbox, provider: str, start: str | None = None, **own: t.Any) -> Row:
    """The tap's settings for one provider of a sandbox, with other settings of `own`."""
    config = sandbox.config(provider)
    config[provider] |= own
    if start:
        config["start_date"] = start
    return config


def sync(
    time: Sandbox | Clock,
    config: Row,
    *,
    state: Row | None = None,
    catalog: Row | None = None,
    stdout: io.TextIOWrapper | None = None,
) -> Run:
    """Runs the tap in this process, by the clock of a sandbox or of its own.

    Raises:
        ConfigValidationError: its settings are refused.
    """
    run = Run()
    output = stdout or io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    try:
        with listening(run.log), signals_kept(), contextlib.redirect_stdout(output):
            TapPayments(
                config=deepcopy(config),
                state=deepcopy(state or {}),
                catalog=deepcopy(catalog),
                runtime=runtime_of(time, run.waits),
            ).sync_all()
    except SyncFailed as failure:
        run.failed = str(failure)
    if stdout is None:
        run.lines = t.cast("io.BytesIO", output.buffer).getvalue().splitlines()
        assert json.loads(run.lines[-1])["type"] == "STATE", "a run ends with a STATE"
    return run


def discover(config: Row | None = None) -> Row:
    """The catalog that `--discover` writes for a configuration."""
    with signals_kept():
        tap = TapPayments(config=deepcopy(config or {}), validate_config=False)
    return t.cast("Row", json.loads(tap.catalog_json_text))


def selecting(config: Row, *streams: str) -> Row:
    """The catalog of a configuration with these streams selected, and no other."""
    catalog = discover(config)
    for entry in catalog["streams"]:
        (root,) = (each["metadata"] for each in entry["metadata"] if not each["breadcrumb"])
        root["selected"] = entry["tap_stream_id"] in streams
    return catalog


def assert_fitting(run: Run) -> None:
    """Every record fits the SCHEMA before it, formats included."""
    kinds = jsonschema.Draft202012Validator
    checks = {
        each["stream"]: kinds(each["schema"], format_checker=kinds.FORMAT_CHECKER)
        for each in run.of("SCHEMA")
    }
    for message in run.of("RECORD"):
        checks[message["stream"]].validate(message["record"])


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def last_line(self) -> str:
        """The last line on stderr."""
        return self.stderr.rstrip("\n").rpartition("\n")[2]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing on stderr is Python's own way to complain, or a bug's."""
        said = self.stderr.replace("Error: Invalid value", "").replace("Error: No such option", "")
        return not any(word in said for word in ("Traceback", 'File "', "Error:", "please report"))

    @property
    def run(self) -> Run:
        """What it wrote, as a run."""
        return Run(lines=self.stdout.splitlines())


def command(*arguments: str | Path, timeout: float = 300, **environment: str) -> Finished:
    """Runs the command `tap-payments` to its end, with variables in its environment."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        check=False,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    return Finished(done.returncode, done.stdout, done.stderr.decode())


def written(folder: Path, name: str, content: t.Any) -> Path:
    """A JSON file (a text as it stands) in a folder."""
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file
