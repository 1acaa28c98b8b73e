"""Whether this tap and the plain one write the same records."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from decimal import Decimal
from pathlib import Path

from harness.bench import HERE, Bench
from harness.contestants import STREAMS, plain, tap
from harness.measure import Command, measure

if t.TYPE_CHECKING:
    from collections.abc import Iterator

OURS = ("_account", "_extra")


def compare(bench: Bench, provider: str, rows: int) -> str:
    """Runs both once and says whether their records are the same, parsed.

    Raises:
        RuntimeError: they are not.
    """
    outputs = []
    for command in (tap(bench, provider, rows), plain(bench, provider, rows)):
        output = bench.folder / f"{command.name}.jsonl"
        measure(Command(command.name, command.argv, output=output), bench.log)
        outputs.append(output)
    # In a process of its own: what this one holds would count as the peak of its children.
    told = subprocess.run(
        [sys.executable, "-m", "harness.compare", STREAMS[provider], *outputs],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode != 0:
        raise RuntimeError(f"{provider}: {told.stdout}{told.stderr}")
    return told.stdout.strip()


def records(path: Path, stream: str) -> Iterator[dict[str, t.Any]]:
    """The records of a stream; numbers exact."""
    with path.open("rb") as lines:
        for line in lines:
            message = json.loads(line, parse_float=Decimal)
            if message["type"] == "RECORD" and message["stream"] == stream:
                yield message["record"]


def main(stream: str, ours: str, theirs: str) -> None:
    """Compares two files, record by record, without what the tap adds."""
    count = 0
    own, other = records(Path(ours), stream), records(Path(theirs), stream)
    for mine, expected in zip(own, other, strict=True):
        count += 1
        left = {name: value for name, value in mine.items() if name not in OURS}
        if isinstance(expected.get("order_id"), int):
            expected["order_id"] = str(expected["order_id"])  # a text column, for ERIP's zeros
        if mine["_extra"] is not None or left != expected or repr(left) != repr(
            {name: expected[name] for name in left}
        ):
            sys.exit(f"record {count} differs:\n{mine}\n{expected}")
    print(f"The tap and the plain tap wrote the same {count:,} records.")


if __name__ == "__main__":
    main(*sys.argv[1:])
