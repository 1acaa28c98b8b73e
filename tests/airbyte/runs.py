"""Runs `source-payments` as a platform does, and holds every message against the protocol."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

from tests.airbyte.protocol import assert_protocol

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox

COMMAND = (sys.executable, "-m", "tap_payments.airbyte")
TAP = (sys.executable, "-m", "tap_payments")

Message = dict[str, t.Any]


def in_order(rows: list[t.Any]) -> list[t.Any]:
    """The same rows, whichever account was read first."""
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


@dataclass
class Run:
    """What a run left: its exit code, its lines, and what it should not have: words on stderr."""

    code: int
    lines: list[str]
    stderr: str = ""

    @property
    def messages(self) -> list[Message]:
        """Every line as a message."""
        return [json.loads(line) for line in self.lines]

    def of(self, kind: str) -> list[Message]:
        """The bodies of the messages of a type."""
        body = {"CONNECTION_STATUS": "connectionStatus"}.get(kind, kind.lower())
        return [message[body] for message in self.messages if message["type"] == kind]

    def records(self, stream: str) -> list[Message]:
        """The rows of a stream."""
        return [record["data"] for record in self.of("RECORD") if record["stream"] == stream]

    def states(self, stream: str) -> list[Message]:
        """The states of a stream, each as it would be handed to the next run."""
        return [each for each in self.of("STATE") if name_of(each["stream"]) == stream]

    def statuses(self, stream: str) -> list[str]:
        """What the stream said it was doing."""
        told = [trace["stream_status"] for trace in self._traces("STREAM_STATUS")]
        return [each["status"] for each in told if name_of(each) == stream]

    def reasons(self, stream: str) -> list[Message]:
        """Why it said so."""
        told = [trace["stream_status"] for trace in self._traces("STREAM_STATUS")]
        return [
            reason for each in told if name_of(each) == stream for reason in each.get("reasons", ())
        ]

    def told_at(self, reason: str) -> list[float]:
        """When it said that a stream is held up for such a reason, in milliseconds since 1970."""
        return [
            trace["emitted_at"]
            for trace in self._traces("STREAM_STATUS")
            if any(each["type"] == reason for each in trace["stream_status"].get("reasons") or ())
        ]

    @property
    def errors(self) -> list[Message]:
        """What failed."""
        return [trace["error"] for trace in self._traces("ERROR")]

    @property
    def last_states(self) -> list[Message]:
        """What a platform keeps: the last state of each stream."""
        return list({name_of(state["stream"]): state for state in self.of("STATE")}.values())

    @property
    def singer_state(self) -> Message:
        """The last states as the tap writes them."""
        bookmarks = {name_of(each["stream"]): blob(each) for each in self.last_states}
        return {
            "bookmarks": {name: each for name, each in bookmarks.items() if "partitions" in each}
        }

    def _traces(self, kind: str) -> list[Message]:
        return [trace for trace in self.of("TRACE") if trace["type"] == kind]


def name_of(described: Message) -> str:
    """The name in a stream descriptor."""
    return t.cast("str", described["stream_descriptor"]["name"])


def blob(state: Message) -> Message:
    """What the source wrote into a state."""
    return t.cast("Message", state["stream"]["stream_state"])


def watermarks(state: Message) -> dict[str, str]:
    """The watermarks of a state by account and what else its context names."""
    return {
        "/".join(map(str, each["context"].values())): each["replication_key_value"]
        for each in blob(state).get("partitions", ())
    }


class Warm:
    """Runs the command as often as it is called; see `warm.py`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments: list[str]) -> Run:
        """Runs the command to its end."""
        assert self._process.stdin
        assert self._process.stdout
        files = {name: str(self._folder / name) for name in ("stdout", "stderr")}
        self._process.stdin.write(json.dumps({"arguments": arguments, **files}) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        stdout, stderr = (Path(file).read_text(encoding="utf-8") for file in files.values())
        return Run(code, stdout.splitlines(), stderr)

    def stop(self) -> None:
        """Ends it."""
        self._process.communicate(timeout=60)


class Platform:
    """Calls the source with files, as Airbyte does, and keeps what it answered."""

    def __init__(self, folder: Path, config: t.Any, warm: Warm) -> None:
        self.folder = folder
        self.config = config
        self.warm = warm

    def given(self, config: t.Any) -> Platform:
        """The same with other settings; a text is the file as it is."""
        return Platform(self.folder, config, self.warm)

    def file(self, name: str, content: t.Any) -> str:
        """The path of a file with a JSON document, or with a text as it is."""
        with tempfile.NamedTemporaryFile(
            "w", dir=self.folder, prefix=name, suffix=".json", delete=False, encoding="utf-8"
        ) as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return file.name

    def arguments(
        self, verb: str, *, catalog: t.Any = None, state: t.Any = None, more: tuple[str, ...] = ()
    ) -> list[str]:
        """The command line after the command."""
        line = [verb]
        if verb != "spec":
            line += ["--config", self.file("config", self.config)]
        if catalog is not None:
            line += ["--catalog", self.file("catalog", catalog)]
        if state is not None:
            line += ["--state", self.file("state", state)]
        return [*line, *more]

    def run(
        self, verb: str, *, catalog: t.Any = None, state: t.Any = None, more: tuple[str, ...] = ()
    ) -> Run:
        """Runs the command to its end; every message must be one of the protocol's."""
        run = self.warm.run(self.arguments(verb, catalog=catalog, state=state, more=more))
        assert_protocol(run.lines)
        assert run.stderr == "", run.stderr
        return run

    def discover(self) -> dict[str, Message]:
        """The streams by name."""
        (catalog,) = self.run("discover").of("CATALOG")
        return {stream["name"]: stream for stream in catalog["streams"]}

    def read(
        self,
        *streams: str,
        mode: str = "incremental",
        state: t.Any = None,
        more: tuple[str, ...] = (),
    ) -> Run:
        """Reads streams."""
        return self.run("read", catalog=configured(*streams, mode=mode), state=state, more=more)


def configured(*streams: str, mode: str = "incremental") -> Message:
    """A catalog that asks for streams, as PyAirbyte writes it: nulls and all."""
    return {
        "streams": [
            {
                "stream": {
                    "name": name,
                    "json_schema": {"type": "object", "properties": {}},
                    "supported_sync_modes": ["full_refresh", "incremental"],
                    "source_defined_cursor": None,
                    "default_cursor_field": None,
                    "source_defined_primary_key": None,
                    "namespace": None,
                    "is_resumable": None,
                },
                "sync_mode": mode,
                "destination_sync_mode": "overwrite",
                "cursor_field": None,
                "primary_key": None,
                "generation_id": 1,
                "minimum_generation_id": 1,
                "sync_id": 1,
            }
            for name in streams
        ]
    }


def secrets_of(sandbox: Sandbox) -> list[str]:
    """The values that no message may hold."""
    found = []

    def walk(value: t.Any, name: str) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                walk(item, key)
        elif isinstance(value, list):
            for item in value:
                walk(item, name)
        elif name in {"api_key", "secret_key", "access_token", "client_secret"}:
            found.append(str(value))

    walk(sandbox.config(), "")
    assert len(found) >= 5
    return found
