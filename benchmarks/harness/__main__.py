"""The benchmark: `benchmarks/run [--quick] [--only SECTION,...] [--output FILE]`."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from harness import results
from harness.bench import HERE, Bench, serving
from harness.sections.accounts import accounts
from harness.sections.latency import latency
from harness.sections.loaders import loaders
from harness.sections.memory import memory
from harness.sections.overlap import overlap
from harness.sections.pipe import pipe
from harness.sections.reconciliation import reconciliation
from harness.sections.reports import reports
from harness.sections.rivals import flat, hashed, nested
from harness.sections.startup import startup

SECTIONS = {
    "startup": ("Start-up", startup),
    "flat": ("Flat rows", flat),
    "nested": ("Nested rows", nested),
    "hash": ("Personal data hashed", hashed),
    "memory": ("Memory", memory),
    "latency": ("Latency", latency),
    "accounts": ("Many accounts", accounts),
    "overlap": ("Accounts at the same time", overlap),
    "csv": ("CSV reports", reports),
    "loaders": ("Loaders", loaders),
    "pipe": ("The whole pipe", pipe),
    "reconciliation": ("Closing a month", reconciliation),
}


def main() -> None:
    """Runs the sections; those of a full run, or with `--output`, go into a file."""
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rows, one round")
    parser.add_argument("--only", default="", help=", ".join(SECTIONS))
    parser.add_argument(
        "--output",
        type=Path,
        help="the sections' parts go there, seen from benchmarks/; RESULTS.md for a full run",
    )
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(SECTIONS)
    if unknown := [name for name in names if name not in SECTIONS]:
        parser.error(f"no such section: {', '.join(unknown)}")
    output = options.output
    if output is None and not options.only and not options.quick:
        output = HERE / "RESULTS.md"
    began = time.monotonic()
    with serving() as url, tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        bench = Bench(url, Path(folder), options.quick)
        for name in names:
            title, measure = SECTIONS[name]
            print(f"{name} ...", flush=True)
            load = os.getloadavg()[0]
            part = results.stamped(measure(bench), load)
            print(f"\n## {title}\n\n{part}", flush=True)
            if output is not None:
                parts = results.read(output) | {title: part}
                results.write(output, parts, [title for title, _ in SECTIONS.values()])
    print(f"{time.monotonic() - began:.0f} s in all")


if __name__ == "__main__":
    main()
