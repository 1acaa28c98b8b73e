"""What is written from the code is what the code says, and a change in either is noticed."""

from __future__ import annotations

import shutil
import typing as t

import generate
import pytest

if t.TYPE_CHECKING:
    from pathlib import Path

Told = pytest.CaptureFixture[str]


@pytest.fixture
def copy(tmp_path: Path, capsys: Told) -> Path:
    """A folder with all of these files, as the code says now."""
    for name in (*generate.MARKED, *generate.WHOLE):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(generate.ROOT / name, tmp_path / name)
    generate.main(["--root", str(tmp_path)])
    capsys.readouterr()
    return tmp_path


def test_nothing_has_drifted(capsys: Told) -> None:
    assert (generate.main(["--check"]), capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("README.md", "`zimpler_transactions`", "`zimpler_payments`"),
        ("README.md", "| `page_size` | integer | `1000` |", "| `page_size` | integer | `100` |"),
        ("meltano.yml", "- name: zimpler.api_key\n", "- name: zimpler.key\n"),
        (
            "meltano.yml",
            "      sensitive: true\n      description: \"Required. The merchant's",
            "#",
        ),
        (".env.example", "#TAP_PAYMENTS_START_DATE=", "#TAP_PAYMENTS_START="),
    ],
)
def test_a_drift_is_named_and_mended(
    copy: Path, capsys: Told, name: str, old: str, new: str
) -> None:
    file = copy / name
    right = file.read_text(encoding="utf-8")
    head, found, tail = right.rpartition(old)
    assert found
    file.write_text(head + new + tail, encoding="utf-8")

    assert generate.main(["--check", "--root", str(copy)]) == 1
    told = capsys.readouterr().err
    assert told == f"{name} is not what the code says: run `make generate`\n"
    assert generate.main(["--root", str(copy)]) == 0
    assert capsys.readouterr().out == f"wrote {name}\n"
    assert file.read_text(encoding="utf-8") == right


def test_what_people_wrote_stays(copy: Path, capsys: Told) -> None:
    file = copy / "README.md"
    written = file.read_text(encoding="utf-8") + "\nA last line.\n"
    file.write_text(written, encoding="utf-8")
    assert generate.main(["--root", str(copy)]) == 0
    assert capsys.readouterr().out == ""
    assert file.read_text(encoding="utf-8") == written


def test_lost_markers_are_named(copy: Path) -> None:
    (copy / "README.md").write_text("nothing\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"README\.md has lost its markers for settings"):
        generate.main(["--check", "--root", str(copy)])
