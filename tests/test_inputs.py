from __future__ import annotations

import io
import json
import typing as t

import pytest

from tap_payments.errors import Refused
from tap_payments.inputs import catalog_problem, checked

ENTRY: dict[str, t.Any] = {"tap_stream_id": "acme_rows", "schema": {"properties": {"id": {}}}}


def test_an_object_comes_back_as_the_same_text() -> None:
    assert checked("--config", io.StringIO('{"a": 1.0}\n')).read() == '{"a": 1.0}\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"key": "canary",\n', "--config: the file is not JSON (line 2)"),
        ('["canary"]', "--config: the file holds no JSON object"),
        ("[" * 200_000, "--config: the file is nested too deeply"),
        ("", "--config: the file is not JSON (line 1)"),
    ],
)
def test_what_is_no_object_is_refused_without_its_content(text: str, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        checked("--config", io.StringIO(text))
    assert str(refused.value) == problem


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Refused, match="--catalog: the file is not UTF-8"):
        checked("--catalog", io.TextIOWrapper(io.BytesIO(b'{"a": "\xff"}'), encoding="utf-8"))


def test_an_empty_state_says_what_it_comes_from() -> None:
    with pytest.raises(Refused, match="the loader wrote no state"):
        checked("--state", io.StringIO(" \n"))


@pytest.mark.parametrize(
    ("catalog", "problem"),
    [
        ({"streams": [ENTRY]}, None),
        ({"streams": [ENTRY | {"key_properties": None, "metadata": []}]}, None),
        ({}, "it lacks streams"),
        ({"streams": {}}, "streams is of another type"),
        ({"streams": [{}]}, "streams[0] lacks schema, tap_stream_id"),
        ({"streams": [ENTRY, ENTRY | {"schema": {}}]}, "streams[1].schema lacks properties"),
        ({"streams": [ENTRY | {"key_properties": "canary"}]}, "key_properties is of another type"),
        (
            {
                "streams": [
                    ENTRY | {"metadata": [{"breadcrumb": ["properties", 1], "metadata": {}}]}
                ]
            },
            "streams[0].metadata[0].breadcrumb[1] is of another type",
        ),
    ],
)
def test_the_first_place_that_keeps_a_catalog_from_being_one(
    catalog: t.Any, problem: str | None
) -> None:
    found = catalog_problem(json.loads(json.dumps(catalog)))
    assert (found is None) == (problem is None)
    assert found is None or found.endswith(str(problem))
    assert "canary" not in str(found)
