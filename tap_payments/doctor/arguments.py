"""The command line of `tap-payments-doctor`."""

from __future__ import annotations

import argparse
import typing as t
from pathlib import Path

from tap_payments.doctor.reporting import FORMATS

if t.TYPE_CHECKING:
    from collections.abc import Sequence


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of one call; exits with 2 where they are wrong."""
    parser = argparse.ArgumentParser(
        prog="tap-payments-doctor",
        description="Finds out, against your accounts, what the vendors' documents leave open, "
        "and says which setting to change. It reads only; at most 25 requests per account "
        "(Tikpay: 1).",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--config", action="append", required=True, metavar="C",
        help="the tap's configuration file, or ENV for its environment variables; may be repeated",
    )  # fmt: skip
    add("--accounts", type=_names, metavar="A,...", help="only these, such as zimpler.main")
    add("--format", choices=FORMATS, default="text", help="how to say it; default: text")
    add("--output", type=Path, metavar="FILE", help="where to say it; default: the terminal")
    add("--record", type=Path, metavar="FOLDER", help="keep every answer here, without its values")
    add("--max-requests", type=_count, metavar="N", help="at most so many requests per account")
    add("--dry-run", action="store_true", help="say what would be asked, and ask nothing")
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError("must be names with commas between them")
    return names


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number of 1 or more")
    return int(text)
