"""What `batch_config` says of the files that rows go into, and what is wrong with it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tap_payments.output.encodings import has_arrow
from tap_payments.output.storage import root_problem

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULT_SIZE = 100_000
"""Rows of a file."""


@dataclass(frozen=True)
class BatchSettings:
    """What `batch_config` says."""

    format: str
    compression: str
    root: str
    prefix: str
    size: int

    @classmethod
    def of(cls, config: Mapping[str, t.Any]) -> t.Self:
        """The settings, which were checked."""
        encoding, storage = config["encoding"], config["storage"]
        return cls(
            format=encoding["format"],
            compression=encoding.get("compression") or "gzip",
            root=storage["root"],
            prefix=storage.get("prefix") or "",
            size=config.get("batch_size") or DEFAULT_SIZE,
        )

    @property
    def encoding(self) -> dict[str, str]:
        """What a BATCH message says of its files."""
        if self.format == "jsonl":
            return {"format": self.format, "compression": self.compression}
        return {"format": self.format}


def batch_problems(config: Mapping[str, t.Any]) -> Iterator[str]:
    """What is wrong with settings of the right types, a line each, without their values."""
    encoding, storage = config["encoding"], config["storage"]
    if encoding["format"] == "jsonl":
        pass
    elif encoding.get("compression") is not None:
        yield "batch_config.encoding.compression: is for jsonl only; leave it out"
    elif not has_arrow():
        yield "batch_config.encoding.format: needs pyarrow: pip install 'tap-payments[arrow]'"
    if problem := root_problem(storage["root"]):
        yield f"batch_config.storage.root: {problem}"
    if "/" in (storage.get("prefix") or ""):
        yield "batch_config.storage.prefix: must be the beginning of a name, without a slash"
