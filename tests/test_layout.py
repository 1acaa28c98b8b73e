"""The house: small files in rooms, no circle of imports, and a test where its file's path says."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tap_payments"
TESTS = ROOT / "tests"
ROOMS = ("tap_payments", "tests")
FILES = sorted(file for room in ROOMS for file in Path(ROOT, room).rglob("*.py"))
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in FILES
    if file.is_relative_to(PACKAGE)
}

WITH_A_TEST = [
    file.relative_to(PACKAGE).as_posix()
    for file in MODULES.values()
    if file.stem not in {"__init__", "__main__"}
]

ELSEWHERE = {
    "accounts/facts.py": "doctor/test_command.py",
    "airbyte/commands.py": "airbyte/test_checking.py",
    "airbyte/source.py": "airbyte/test_specification.py",
    "doctor/arguments.py": "doctor/test_command.py",
    "doctor/asking.py": "doctor/test_command.py",
    "doctor/examining.py": "doctor/test_command.py",
    "doctor/files.py": "doctor/test_recording.py",
    "doctor/forbidden.py": "doctor/test_canaries.py",
    "doctor/patients.py": "doctor/test_command.py",
    "doctor/reporting.py": "doctor/test_command.py",
    "doctor/stand_ins.py": "doctor/test_scrubbing.py",
    "providers/begateway/account.py": "providers/begateway/test_answers.py",
    "providers/begateway/findings.py": "providers/begateway/test_probes.py",
    "providers/begateway/streams.py": "providers/begateway/test_answers.py",
    "providers/tikpay/account.py": "providers/tikpay/test_gateway_requests.py",
    "providers/tikpay/schemas.py": "providers/tikpay/test_reported.py",
    "providers/tikpay/settings.py": "accounts/test_values.py",
    "providers/tikpay/streams.py": "providers/tikpay/test_gateway_requests.py",
    "providers/spacivox/findings.py": "providers/spacivox/test_probes.py",
    "providers/tikpay/findings.py": "providers/tikpay/test_probes.py",
    "providers/zimpler/findings.py": "providers/zimpler/test_probes.py",
    "rows/struct_types.py": "rows/codec/test_both_ways.py",
    "rows/structs.py": "rows/codec/test_both_ways.py",
    "sandbox/api.py": "sandbox/test_server.py",
    "sandbox/begateway/parts.py": "sandbox/begateway/test_rows.py",
    "sandbox/replay/answers.py": "sandbox/replay/test_exchange.py",
    "sandbox/replay/teaching.py": "sandbox/replay/test_exchange.py",
    "sandbox/spacivox/examples.py": "sandbox/spacivox/test_records.py",
    "sandbox/spacivox/params.py": "sandbox/spacivox/test_api.py",
    "sandbox/spacivox/payments.py": "sandbox/spacivox/test_api.py",
    "sandbox/spacivox/teams.py": "sandbox/spacivox/test_api.py",
    "settings.py": "accounts/test_checks.py",
    "streams/incremental.py": "sync/test_provider_clock.py",
    "streams/open_ended.py": "providers/spacivox/test_streams_jobs.py",
    "streams/reading.py": "sync/flight/test_windows.py",
    "streams/snapshots.py": "providers/zimpler/test_streams_balance.py",
    "streams/stream.py": "command/test_mapped.py",
    "streams/windowed.py": "providers/spacivox/test_streams_windows.py",
    "sync/tap.py": "command/test_command.py",
    "tables/walker.py": "tables/test_xml.py",
    "tap.py": "command/test_command.py",
}
"""Files that only show what they do in something larger: the test that fails where they fail."""

NO_RULE = {
    "streams/page.py",
    "streams/provider.py",
    "streams/run.py",
    "sync/routes.py",
    "tables/table.py",
}
"""Names for values: nothing in them can be wrong by itself."""


def named_after(name: str) -> list[Path]:
    """The tests that have a file's name, or its folder, where its path says."""
    file = Path(name)
    room = TESTS / file.parent
    patterns = (f"test_{file.stem}.py", f"test_{file.stem}_*.py", f"{file.stem}/test_*.py")
    return [test for pattern in patterns for test in room.glob(pattern)]


def imported(name: str, file: Path) -> set[str]:
    """The modules of the package that a module imports, for types too."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{each.name}" for each in node.names} & set(MODULES)
            found |= inner or {str(node.module)}
    return found & set(MODULES) - {name}


@pytest.mark.parametrize("name", WITH_A_TEST)
def test_a_file_has_its_test_where_its_path_says(name: str) -> None:
    found = named_after(name)
    assert bool(found) != (name in ELSEWHERE or name in NO_RULE), found
    assert (TESTS / ELSEWHERE.get(name, "")).exists()


def test_no_exception_is_left_for_a_file_that_is_gone() -> None:
    assert {*ELSEWHERE, *NO_RULE} <= set(WITH_A_TEST)


def test_no_file_has_more_than_250_lines() -> None:
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert not {file: length for file, length in lengths.items() if length > 250}


def test_no_folder_has_more_than_12_files() -> None:
    """Of tests, what they share does not count."""
    files = [each for each in FILES if each.is_relative_to(TESTS) and each.match("test_*")]
    files += [PACKAGE / each for each in WITH_A_TEST]
    counts = Counter(each.parent for each in files)
    assert not {folder: count for folder, count in counts.items() if count > 12}


def test_no_circle_of_imports() -> None:
    graph = {name: imported(name, file) for name, file in MODULES.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES) > 200
