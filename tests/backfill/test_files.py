from __future__ import annotations

import os
from pathlib import Path

import pytest

from tap_payments.backfill.files import (
    check_writable,
    read_json,
    read_plan,
    read_results,
    write_whole,
)
from tap_payments.errors import Refused


@pytest.mark.parametrize(
    ("content", "words"), [("{canary", "is not JSON"), ("[" * 200_000, "is not JSON")]
)
def test_what_is_no_json_is_refused_without_its_content(
    tmp_path: Path, content: str, words: str
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(content)
    with pytest.raises(Refused) as refused:
        read_json(file, "plan")
    assert str(refused.value) == f"plan {file}: {words}"


def test_a_file_that_is_not_there_and_one_that_is_something_else(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"plan .*: no such file or directory"):
        read_plan(tmp_path / "gone.json")
    file = tmp_path / "plan.json"
    file.write_text('{"version": 2}')
    with pytest.raises(Refused, match="is not a plan of this version"):
        read_plan(file)
    with pytest.raises(Refused, match="is not a shard's result"):
        list(read_results([file]))


def test_a_result_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    gone = tmp_path / "gone.json"
    assert list(read_results([gone, tmp_path])) == [(gone, None)]


def test_a_file_is_replaced_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    for text in ("old", "new"):
        write_whole(file, text)
        assert file.read_text() == f"{text}\n"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_what_was_there_and_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    write_whole(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "\ud800")
    assert file.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_device_is_written_to_and_not_replaced() -> None:
    null = Path(os.devnull)
    write_whole(null, "anything")
    assert not null.is_file()


def test_a_place_where_nothing_can_be_written_is_found_out_before(tmp_path: Path) -> None:
    check_writable(tmp_path / "result.json", "result")
    for place in (tmp_path, tmp_path / "gone/result.json"):
        with pytest.raises(Refused, match="cannot be written there"):
            check_writable(place, "result")
