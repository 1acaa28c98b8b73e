"""The count of a report is held against its rows."""

from __future__ import annotations

import typing as t

import pytest

from tests.providers.begateway.box import ONE_DAY, STREAM, asked, box, config, put, uids
from tests.providers.begateway.pages_box import page, served
from tests.support.taps import sync

if t.TYPE_CHECKING:
    from tests.support.server import Server
    from tests.support.taps import Row


def test_counts_that_agree_are_noted(server: Server) -> None:
    with box() as sandbox:
        sandbox.begateway.page_size = 2
        for number in range(1, 6):
            put(sandbox, number, "2026-03-19 10:00:00")
        settings = config(sandbox, payment_method_types=["credit_card"], verify_counts=True)
        done = sync(sandbox, settings | ONE_DAY | {"sync_windows": True})
        assert done.failed is None
        assert len(asked(sandbox, "/count")) == 1
        assert asked(sandbox, "/count")[0] == asked(sandbox)[0]
        (window,) = done.records("sync_windows")
        assert window["provider_count"] == 5
        assert window["records"] == 5
        assert window["requests"] == 4
        assert window["series"] == "credit_card/created"


def test_rows_that_the_count_has_and_the_pages_have_not_fail_the_window() -> None:
    with box() as sandbox:
        for number in range(1, 6):
            put(sandbox, number, "2026-03-19 10:00:00")
        sandbox.begateway.drop_rows = {"uid-3"}
        settings = config(sandbox, payment_method_types=["credit_card"], verify_counts=True)
        done = sync(sandbox, settings | ONE_DAY)
        assert done.failed is not None
        assert "4 transactions, but the API counts 5" in done.failed
        assert done.states == []
        assert len(asked(sandbox, "/count")) == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"id": 1}, "a row lacks its key field 'uid'"),
        ({"uid": None}, "a row's key field 'uid' is null"),
        ({"uid": 5}, "a row's key field 'uid' is integer"),
    ],
)
def test_counts_that_are_verified_over_a_row_without_its_key_name_stream_and_field(
    server: Server, row: Row, words: str
) -> None:
    done = served(server, [page(1) | {"transactions": [row]}], verify_counts=True)
    assert done.failed is not None
    for word in (STREAM, "2026-03-19T00:00:00Z..2026-03-20T00:00:00Z", words):
        assert word in done.failed
    assert "report" not in done.failed


def test_a_window_whose_second_reading_agrees_is_delivered() -> None:
    with box() as sandbox:
        for number in range(1, 6):
            put(sandbox, number, "2026-03-19 10:00:00")
        sandbox.begateway.drop_rows = {"uid-3"}

        def heal(pages: int) -> None:
            if pages == 1:
                sandbox.begateway.drop_rows = set()

        sandbox.begateway.on_page = heal
        settings = config(sandbox, payment_method_types=["credit_card"], verify_counts=True)
        done = sync(sandbox, settings | ONE_DAY)
        assert done.failed is None
        assert sorted(uids(done)) == [f"uid-{number}" for number in range(1, 6)]


def test_rows_returned_twice_within_a_window_count_once() -> None:
    """Distinct uids are held against the count."""
    with box() as sandbox:
        row = put(sandbox, 1, "2026-03-19 10:00:00")
        sandbox.begateway.put("main", row | {"id": 2})
        sandbox.begateway.count_offset = -1
        settings = config(sandbox, payment_method_types=["credit_card"], verify_counts=True)
        assert sync(sandbox, settings | ONE_DAY).failed is None
