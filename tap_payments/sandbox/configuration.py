"""The sandbox's configuration in a file: as the tap reads it, and as Meltano does."""

from __future__ import annotations

import errno
import json
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "# Written by tap-payments-sandbox, anew with each start."
UNQUOTED = re.compile(r"[\w./:@%+-]*", re.ASCII)


def to_variables(config: Mapping[str, Any]) -> dict[str, str]:
    """The settings as Meltano names them: `TAP_PAYMENTS_ZIMPLER_API_KEY`; all but texts as JSON."""
    found: dict[str, str] = {}
    for name, value in config.items():
        settings = value if isinstance(value, dict) else {"": value}
        for key, each in settings.items():
            variable = f"tap_payments_{name}_{key}".rstrip("_").upper()
            found[variable] = each if isinstance(each, str) else json.dumps(each)
    return found


def write_config(file: Path, config: Mapping[str, Any]) -> None:
    """Writes what `tap-payments --config` takes."""
    _write(file, json.dumps(config, indent=2) + "\n")


def write_env(file: Path, variables: Mapping[str, str]) -> None:
    """Writes a `.env`; FileExistsError where there is one that is not the sandbox's."""
    try:
        is_ours = file.read_text(encoding="utf-8", errors="replace").startswith(MARK)
    except FileNotFoundError:
        is_ours = True
    if not is_ours:
        reason = "it holds what the sandbox did not write: move it, or name another file"
        raise FileExistsError(errno.EEXIST, reason)
    lines = [MARK, *(f"{name}={_quoted(value)}" for name, value in variables.items())]
    _write(file, "\n".join(lines) + "\n")


def _quoted(value: str) -> str:
    """`value` as it stands in a `.env`, where only single quotes take all else literally."""
    if UNQUOTED.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _write(file: Path, text: str) -> None:
    """Writes the file whole or not at all, readable by its owner only."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as draft:
            draft.write(text)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
