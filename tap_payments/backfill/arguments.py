"""The command line of `tap-payments-backfill`."""

from __future__ import annotations

import argparse
import typing as t
from pathlib import Path

from tap_payments.windows.instants import to_instant

if t.TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

CONFIG = "the tap's configuration file, or ENV for its environment variables; may be repeated"
SINCE = "date or date-time (UTC) from which to read"
UNTIL = "before which to read; default: now, less the five minutes in which rows are published"


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of one call; exits with 2 where they are wrong."""
    parser = _parser()
    options, others = parser.parse_known_args(arguments)
    # argparse takes RESULTs only where they stand together.
    if others and (options.command != "merge-state" or any(each[:1] == "-" for each in others)):
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    if others:
        options.results += map(Path, others)
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tap-payments-backfill",
        description="A backfill cut into shards for an orchestrator: plan it, run its shards "
        "anywhere, merge what they say into one state.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_plan(commands.add_parser("plan", help="cut a backfill into shards", allow_abbrev=False))
    _add_run(commands.add_parser("run", help="run one shard", allow_abbrev=False))
    _add_merge(
        commands.add_parser("merge-state", help="make the state of results", allow_abbrev=False)
    )
    return parser


def _add_plan(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--config", action="append", required=True, metavar="C", help=CONFIG)
    add("--since", type=_instant, required=True, metavar="A", help=SINCE)
    add("--until", type=_instant, metavar="B", help=UNTIL)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--shard-days", type=_count, metavar="N", help="days per shard")
    size.add_argument(
        "--shards", type=_count, metavar="N", help="at most so many per stream and account"
    )
    add("--streams", type=_names, metavar="S,...", help="only these streams")
    add("--accounts", type=_names, metavar="A,...", help="only these accounts")
    add("--output", type=Path, required=True, metavar="FILE", help="where the plan goes")


def _add_run(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--config", action="append", required=True, metavar="C", help=CONFIG)
    add("--plan", type=Path, required=True, metavar="FILE", help="the plan")
    add("--shard", required=True, metavar="ID", help="which of its shards")
    add("--result", type=Path, required=True, metavar="FILE", help="where the result goes")


def _add_merge(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--plan", type=Path, required=True, metavar="FILE", help="the plan")
    add("--state", type=Path, metavar="FILE", help="the state so far, which is kept")
    add("--meltano", action="store_true", help="write what `meltano state set` takes")
    add("--require-complete", action="store_true", help="exit with 1 where there are gaps")
    add("--output", type=Path, required=True, metavar="FILE", help="where the state goes")
    help_ = "the shards' results: files, or folders of .json files"
    add("results", type=Path, nargs="*", metavar="RESULT", help=help_)


def _instant(text: str) -> datetime:
    try:
        return to_instant(text)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("not a date or date-time such as 2026-01-31") from None


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("not a whole number of 1 or more")
    return int(text)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]
