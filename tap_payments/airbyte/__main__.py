"""The command `source-payments`."""

from __future__ import annotations

import argparse
import contextlib
import sys
import typing as t
from pathlib import Path

from singer_sdk.exceptions import ConfigValidationError

from tap_payments.airbyte import commands, messages
from tap_payments.airbyte.logs import told_to
from tap_payments.airbyte.writer import AirbyteWriter
from tap_payments.errors import Refused, SyncFailed, unexpected
from tap_payments.output.stopping import OutputLost, Stopped, leave
from tap_payments.runtime import Runtime

if t.TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Does what a platform asks; every failure is told in its own language, and is no success."""
    given = _parser().parse_args(arguments)
    writer = AirbyteWriter(Runtime().clock)
    try:
        with told_to(writer):
            code = _run(given, writer)
        leave(code)
    except Stopped as late:
        leave(late.code)


def _run(given: argparse.Namespace, writer: AirbyteWriter) -> int:
    try:
        return _carry_out(given, writer)
    except OutputLost as lost:
        sys.stderr.write(f"source-payments: stdout cannot be written: {lost.__cause__}\n")
        return lost.code
    except Stopped as stopped:
        with contextlib.suppress(Stopped):
            text = f"Ended by {stopped}; the next read resumes at the last states"
            writer.tell(messages.to_log("WARN", text))
        writer.abandon()
        return stopped.code


def _carry_out(given: argparse.Namespace, writer: AirbyteWriter) -> int:
    try:
        getattr(commands, given.command)(given, writer)
    except SyncFailed:
        return 1  # each failure has been told of
    except ConfigValidationError as refusal:
        writer.fail("; ".join(refusal.errors), "config")
    except Refused as refusal:
        writer.fail(str(refusal), "config")
    except Exception as error:  # noqa: BLE001 - a bug is told, too
        writer.fail(str(unexpected(error)), "system")
    else:
        return 0
    writer.abandon()
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="source-payments",
        description="Payments from the providers that are configured, as an Airbyte source.",
        allow_abbrev=False,
    )
    verbs = parser.add_subparsers(dest="command", required=True)
    for name, words, files in (
        ("spec", "tell what can be configured", ()),
        ("check", "ask each account once whether it answers", ("config",)),
        ("discover", "list the streams", ("config",)),
        ("read", "read streams", ("config", "catalog", "state")),
    ):
        verb = verbs.add_parser(name, help=words, description=words, allow_abbrev=False)
        verb.add_argument("--debug", action="store_true", help="accepted, and without effect")
        for file in files:
            verb.add_argument(f"--{file}", type=Path, required=file != "state", metavar="FILE")
    return parser


if __name__ == "__main__":
    main()
