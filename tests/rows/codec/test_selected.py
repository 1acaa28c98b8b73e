"""Which fields a line has: what is selected, what the tap adds, and what is warned of by name."""

from __future__ import annotations

import json

import pytest

from tests.rows.row_box import (
    NESTED,
    ROW,
    codec_of,
    extra_of,
    lines_of,
    records_of,
)
from tests.support.vendor_json import exactly


@pytest.mark.parametrize("careful", [False, True])
def test_fields_that_are_not_selected_are_left_out(*, careful: bool) -> None:
    codec = codec_of(
        NESTED, only_careful=careful, selected=lambda name: name not in ("text", "part", "_extra")
    )
    body = f'{{"rows":[{{{ROW},"text":"x","part":{{"text":"y"}},"at":null}}]}}'
    others = {"money", "minor", "flag", "at", "day", "rate", "plain", "empty"}
    assert records_of(codec, body) == [
        {**exactly('{"_account":"main","id":"a","number":1}'), **dict.fromkeys(others)}
    ]


@pytest.mark.parametrize("members", ['"text":"secret"', '"part":"secret"', '"minor":"secret"'])
def test_a_field_that_is_not_selected_is_not_in_extra_either(members: str) -> None:
    codec = codec_of(NESTED, selected=lambda name: name not in ("text", "part", "minor"))
    lines = lines_of(codec, f'{{"rows":[{{{ROW},{members},"new":1}}]}}')
    assert b"secret" not in lines[0]
    assert extra_of(exactly(lines[0])) == exactly('{"new":1}')


def test_a_field_that_the_tap_adds_can_be_left_out() -> None:
    codec = codec_of(selected=lambda name: name != "_seen_at")
    codec.add("_seen_at", "2026-01-31T00:00:00.000000Z")
    assert "_seen_at" not in records_of(codec, f'{{"rows":[{{{ROW}}}]}}')[0]


@pytest.mark.parametrize("careful", [False, True])
def test_what_the_tap_adds_is_in_every_record(*, careful: bool) -> None:
    codec = codec_of(only_careful=careful)
    codec.add("_seen_at", "é")
    record = records_of(codec, f'{{"rows":[{{{ROW}}}]}}')[0]
    assert (record["_account"], record["_seen_at"]) == ("main", "é")


def test_a_warning_names_the_field_and_not_its_value() -> None:
    warnings: list[str] = []
    codec = codec_of(NESTED, warn=warnings.append)
    lines_of(codec, f'{{"rows":[{{{ROW},"new":"canary1","minor":"canary2","rate":1}}]}}')
    assert sorted(warnings) == [
        "field 'minor' came with another type than the schema says; such values go into _extra",
        "field 'new' is not in the schema; its values go into _extra",
    ]


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "\ud800"])
def test_a_field_with_an_odd_name_breaks_no_line_of_the_log(name: str) -> None:
    warnings: list[str] = []
    lines_of(codec_of(warn=warnings.append), f'{{"rows":[{{{ROW},{json.dumps(name)}:1}}]}}')
    assert len(warnings) == 1
    assert warnings[0].isprintable()
