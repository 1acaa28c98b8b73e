"""`make hours`: the tests that touch time, at hours and on dates at which such tests go wrong.

libfaketime shows every process of a run the chosen instant: pytest, the commands under test and
the sandbox. Its part for threads is left out: nothing that waits here has a date for an end, and
with it the tests take seven times as long. What pytest is given is taken from the command line.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = (
    "command",
    "airbyte",
    "backfill",
    "docs/test_examples.py",
    "providers",
    "sandbox",
    "streams",
)

INSTANTS = {
    "just after midnight": datetime(2026, 11, 29, 0, 2, tzinfo=UTC),
    "noon, a quiet day of the sandbox": datetime(2026, 11, 30, 12, tzinfo=UTC),
    "just before midnight": datetime(2026, 11, 29, 23, 58, tzinfo=UTC),
    "Sydney's clocks go forward": datetime(2026, 10, 3, 15, 58, tzinfo=UTC),
    "Sydney's clocks go back": datetime(2027, 4, 3, 15, 58, tzinfo=UTC),
    "29 February": datetime(2028, 2, 29, 0, 2, tzinfo=UTC),
    "31 December": datetime(2026, 12, 31, 23, 58, tzinfo=UTC),
    "1 January": datetime(2027, 1, 1, 0, 2, tzinfo=UTC),
}


def library() -> Path:
    """libfaketime, built from the sources that this script's environment has."""
    source = next(Path(sys.prefix).rglob("libfaketime.c")).parent
    built = Path(sys.prefix) / "libfaketime.so"
    switches = [f"-D{name}" for name in ("FAKE_STAT", "FAKE_INTERNAL_CALLS", "FAKE_STATELESS")]
    paths = [f'-D{name}="{built.parent}"' for name in ("PREFIX", "LIBDIRNAME")]
    options = ["-std=gnu99", "-O2", "-w", "-fPIC", "-shared", *switches, *paths]
    exports = f"-Wl,--version-script={source / 'libfaketime.map'}"
    libraries = ["-lpthread", "-ldl", "-lm", "-lrt"]
    command = ["cc", *options, exports, "-o", str(built), str(source / "libfaketime.c"), *libraries]
    subprocess.run(command, check=True)
    return built


def environment(instant: datetime, library: Path) -> dict[str, str]:
    """Variables with which a process starts at an instant; what waits is not shown another time."""
    ahead = (instant - datetime.now(UTC)).total_seconds()
    return os.environ | {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{ahead:+.0f}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }


def main(arguments: list[str]) -> int:
    """1 where tests fail at one of the instants, or at the one that AT gives."""
    failed, built = [], library()
    tests = arguments or [f"tests/{name}" for name in TESTS]
    command = [str(ROOT / ".venv/bin/pytest"), "-q", "-m", "not e2e", *tests]
    only = os.environ.get("AT")
    instants = {"AT": datetime.fromisoformat(f"{only}+00:00")} if only else INSTANTS
    for name, instant in instants.items():
        sys.stdout.write(f"{name}: {instant:%Y-%m-%d %H:%M} UTC\n")
        sys.stdout.flush()
        variables = environment(instant, built)
        if subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode:
            failed.append(name)
    sys.stdout.write(f"failed: {', '.join(failed)}\n" if failed else "green at every instant\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
