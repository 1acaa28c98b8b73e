"""Whether this tap and the plain one write the same records."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from decimal import Decimal
from pathlib import Path

from harness.bench import HERE, Bench
from harness.contestants import STREAMS
from harness.measure import Command, measure

if t.TYPE_CHECKING:
    from collections.abc import Iterator


TEXTS = ("order_id", "discount_rate", "transaction_rate", "transaction_fee", "pay_to_merchant")
"""What beGateway sends as numbers and this tap writes as texts with the same digits."""


def compare(bench: Bench, provider: str, mine: Command, theirs: Command) -> str:
    """Runs both once and says whether their records are the same, parsed.

    Raises:
        RuntimeError: they are not.
    """
    outputs = []
    for command in (mine, theirs):
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
    for output in outputs:
        output.unlink()
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


def _spelled(record: dict[str, t.Any]) -> str:
    """A record in one spelling; numbers stay apart from texts, and as exact as they are."""
    return json.dumps(record, sort_keys=True, default=lambda number: ["number", str(number)])


def main(stream: str, ours: str, theirs: str) -> None:
    """Compares two files, record by record, without the columns that the tap adds.

    Those begin with `_`, or are null because the vendor left them out.
    """
    count = 0
    own, other = records(Path(ours), stream), records(Path(theirs), stream)
    for mine, expected in zip(own, other, strict=True):
        count += 1
        left = {
            name: value
            for name, value in mine.items()
            if not name.startswith("_") and (value is not None or name in expected)
        }
        for name in TEXTS:
            if isinstance(expected.get(name), int | Decimal):
                expected[name] = str(expected[name])
        if mine["_extra"] is not None or _spelled(left) != _spelled(expected):
            sys.exit(f"record {count} differs:\n{mine}\n{expected}")
    if not count:
        sys.exit("there are no records")
    print(f"The tap and the plain tap wrote the same {count:,} records.")


if __name__ == "__main__":
    main(*sys.argv[1:])
