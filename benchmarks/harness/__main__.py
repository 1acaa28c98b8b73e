"""The benchmark: `./run [--quick] [--only SECTION,...] [--output FILE]`."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from harness.bench import HERE, Bench, serving
from harness.sections.cpu import cpu, flat, nested
from harness.sections.startup import startup

SECTIONS = {"startup": startup, "cpu": cpu, "flat": flat, "nested": nested}
PARTS = {"flat", "nested"}
TITLES = {"startup": "Start-up", "cpu": "CPU"}


def main() -> None:
    """Runs the sections and writes their tables."""
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, one round")
    parser.add_argument("--only", default="", help=", ".join(SECTIONS))
    parser.add_argument("--output", type=Path, help="RESULTS.md of a full run, else nowhere")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else [n for n in SECTIONS if n not in PARTS]
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        parser.error(f"no such section: {', '.join(unknown)}")
    output = options.output
    if output is None and not options.only and not options.quick:
        output = HERE / "RESULTS.md"
    began = time.monotonic()
    parts = [_heading()]
    with serving() as url, tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        bench = Bench(url, Path(folder), options.quick)
        for name in names:
            print(f"{name} ...", flush=True)
            parts.append(f"## {TITLES.get(name, name.capitalize())}\n\n{SECTIONS[name](bench)}")
            print(f"\n{parts[-1]}", flush=True)
    if output is not None:
        output.write_text("\n".join(parts))
        print(f"Written to {output}")
    print(f"{time.monotonic() - began:.0f} s in all")


def _heading() -> str:
    return (
        "# Results\n\n"
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {platform.machine()}, "
        f"Python {sys.version.split()[0]}. How to read them: README.md.\n"
    )


if __name__ == "__main__":
    main()
