"""Files that a backfill reads and writes: whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import typing as t

import msgspec

from tap_payments.backfill.shards import Plan, ShardResult
from tap_payments.errors import Refused

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

T = t.TypeVar("T")


def read_json(path: Path, what: str) -> t.Any:
    """A file's JSON.

    Raises:
        Refused: there is none; the message does not show what is in it.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise Refused(f"{what} {path}: {(error.strerror or 'cannot be read').lower()}") from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"{what} {path}: is not JSON") from error


def read_plan(path: Path) -> Plan:
    """A plan.

    Raises:
        Refused: the file is none.
    """
    return _convert(read_json(path, "plan"), Plan, f"plan {path}: is not a plan of this version")


def read_results(paths: Iterable[Path]) -> Iterator[tuple[Path, ShardResult | None]]:
    """The results in these files, and in the `.json` files of these folders; None: missing.

    Raises:
        Refused: a file is something else.
    """
    for path in paths:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        for file in files:
            if not file.exists():
                yield file, None
                continue
            found = read_json(file, "result")
            yield file, _convert(found, ShardResult, f"result {file}: is not a shard's result")


def _convert(found: t.Any, kind: type[T], complaint: str) -> T:
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise Refused(f"{complaint} ({error})") from error


def check_writable(path: Path, what: str) -> None:
    """Finds out before hours of work whether a file can be written after them.

    Raises:
        Refused: it cannot.
    """
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise Refused(f"{what} {path}: cannot be written there")


def write_whole(path: Path, text: str) -> None:
    """Writes a file so that whoever reads it finds all of it, or what was there before."""
    if path.exists() and not path.is_file():  # such as /dev/null: written to, not replaced
        path.write_text(text + "\n", encoding="utf-8")
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
