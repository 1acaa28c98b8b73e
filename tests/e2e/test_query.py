"""`make query` shows every column, however narrow the terminal is."""

from __future__ import annotations

import os
import subprocess
import typing as t

import pytest

from tests.e2e.meltano_project import ROOT, TOOLS

if t.TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

NAMES = [f"column_{number}" for number in range(20)]


def asked(file: Path, sql: str, columns: int, *form: str) -> str:
    """What the command says in a terminal that is so wide."""
    done = subprocess.run(
        [str(TOOLS / "python"), str(ROOT / "tools/query.py"), str(file), sql, *form],
        env=os.environ | {"COLUMNS": str(columns)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.duckdb"
    code = f"import duckdb; duckdb.connect({str(path)!r}).close()"
    subprocess.run([str(TOOLS / "python"), "-c", code], check=True)
    return path


def wide(rows: int) -> str:
    """SQL for a wide table with a null, a long text, an exact number and an instant."""
    more = ", ".join(f"'{'x' * 30}{name}' as {name}" for name in NAMES)
    return (
        f"select range as n, null as nothing, 12.10 as exact, {more}, "
        f"timestamptz '2026-01-01 00:00:00Z' as at from range({rows})"
    )


@pytest.mark.parametrize("columns", [40, 80, 5000])
def test_no_column_and_no_value_is_cut(file: Path, columns: int) -> None:
    said = asked(file, wide(3), columns)
    for text in ("nothing", "12.10", *NAMES, *(f"{'x' * 30}{name}" for name in NAMES)):
        assert text in said
    assert max(map(len, said.splitlines())) <= max(columns, 60)


def test_what_fits_is_a_table(file: Path) -> None:
    assert asked(file, "select 1 as one", 80).count("│") == 6


def test_of_many_rows_the_first_are_shown_and_counted(file: Path) -> None:
    said = asked(file, wide(41), 80)
    assert said.count("-- row ") == 40
    assert said.endswith("-- 41 rows, 40 shown\n")


def test_json_has_every_row(file: Path) -> None:
    assert asked(file, "select range as n from range(41)", 20, "--json").count('{"n": ') == 41
