from __future__ import annotations

import typing as t

import fsspec
import pytest

from tap_payments.output.storage import open_draft, root_problem

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("root", "problem"),
    [
        ("memory://batches", None),
        ("/data/batches", "must be a URL, such as file:///data/batches"),
        ("batches", "must be a URL, such as file:///data/batches"),
        ("gone://x", "gone:// is nothing that fsspec knows"),
        ("gs://x", "the package that fsspec needs for gs:// is not installed beside the tap"),
    ],
)
def test_what_keeps_files_from_being_written_is_said_before_the_run(
    root: str, problem: str | None
) -> None:
    assert root_problem(root) == problem


def test_a_folder_of_this_machine_has_to_be_there_and_to_take_files(tmp_path: Path) -> None:
    assert root_problem(f"file://{tmp_path}") is None
    assert "does not exist" in str(root_problem(f"file://{tmp_path}/gone"))
    (tmp_path / "file").touch()
    assert "does not exist" in str(root_problem(f"file://{tmp_path}/file"))


def test_nobody_sees_a_file_before_it_is_whole(tmp_path: Path) -> None:
    draft = open_draft(f"file://{tmp_path}", "rows", "a.jsonl")
    draft.file.write(b"row\n")
    assert list(tmp_path.glob("rows/*.jsonl")) == []
    url = draft.publish()
    assert url == f"file://{tmp_path}/rows/a.jsonl"
    assert (tmp_path / "rows/a.jsonl").read_bytes() == b"row\n"
    assert [each.name for each in (tmp_path / "rows").iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize("is_published", [False, True])
def test_what_is_discarded_is_gone(tmp_path: Path, *, is_published: bool) -> None:
    for root in (f"file://{tmp_path}", "memory://discarded"):
        draft = open_draft(root, "rows", "a.jsonl")
        draft.file.write(b"row\n")
        if is_published:
            draft.publish()
        draft.discard()
    assert list((tmp_path / "rows").iterdir()) == []
    assert fsspec.filesystem("memory").glob("/discarded/**/*.jsonl") == []


def test_a_file_is_copied_whole_to_where_fsspec_goes() -> None:
    draft = open_draft("memory://copied/", "rows", "a.jsonl")
    draft.file.write(b"row\n")
    assert not fsspec.filesystem("memory").exists("/copied/rows/a.jsonl")
    assert draft.publish() == "memory://copied/rows/a.jsonl"
    assert fsspec.filesystem("memory").cat("/copied/rows/a.jsonl") == b"row\n"


def test_no_file_is_written_over(tmp_path: Path) -> None:
    draft = open_draft(f"file://{tmp_path}", "rows", "a.jsonl")
    with pytest.raises(FileExistsError):
        open_draft(f"file://{tmp_path}", "rows", "a.jsonl")
    draft.discard()
