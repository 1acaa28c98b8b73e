"""A state or a configuration that no run can start from is refused before any request."""

from __future__ import annotations

import typing as t

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tests.support.state_box import ZIMPLER, box
from tests.support.taps import settings, sync


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ({"bookmarks": {"gone_stream": "2020-01-01"}}, "gone_stream"),
        ({"bookmarks": []}, "bookmarks"),
        ({"bookmarks": None}, "bookmarks"),
        ({"type": "STATE", "value": {"bookmarks": {}}}, "value"),
        ({"singer_state": {"bookmarks": {}}}, "singer_state"),
        ({"bookmarks": {ZIMPLER: []}}, ZIMPLER),
        ({"bookmarks": {ZIMPLER: {"partitions": {}}}}, ZIMPLER),
        ({"bookmarks": {ZIMPLER: {"partitions": [1]}}}, ZIMPLER),
        ({"bookmarks": {ZIMPLER: {"partitions": [{"replication_key_value": "x"}]}}}, ZIMPLER),
    ],
)
def test_a_state_that_is_none_is_refused_before_any_request(state: t.Any, word: str) -> None:
    with box() as sandbox:
        with pytest.raises(ConfigValidationError) as refused:
            sync(sandbox, settings(sandbox, "zimpler"), state=state)
        (line,) = refused.value.errors
        assert "state" in line
        assert word in line
        assert len(sandbox.journal) == 0


@pytest.mark.parametrize("start", [None, ""])
def test_a_sync_without_a_start_date_is_refused_before_any_request(start: str | None) -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler") | {"start_date": start}
        with pytest.raises(ConfigValidationError) as refused:
            sync(sandbox, config)
        (line,) = refused.value.errors
        assert "start_date" in line
        assert ZIMPLER in line
        assert len(sandbox.journal) == 0
