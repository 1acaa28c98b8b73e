"""Ids that hold the instant at which they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tap_payments.windows.ulids import head_of, instant_in

MADE = datetime(2025, 4, 7, 8, 29, 7, 968000, tzinfo=UTC)
UUID7 = "01960f5e-1c00-7abc-8def-0123456789ab"
ULID = "01JR7NW700A1B2C3D4E5F6G7H8"


@pytest.mark.parametrize("text", [UUID7, ULID])
def test_an_id_says_when_it_was_made(text: str) -> None:
    assert instant_in(text) == MADE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not an id, though as long!",
        "82e2e662-f728-44fa-8248-5e3a0a5d2f34",
        "7ZZZZZZZZZA1B2C3D4E5F6G7H8",
        ULID.lower(),
    ],
)
def test_any_other_text_says_none(text: str) -> None:
    assert instant_in(text) is None


@pytest.mark.parametrize("text", [UUID7, ULID])
def test_the_head_of_an_id_follows_its_instant(text: str) -> None:
    assert text.startswith(head_of(text, MADE))
    later = head_of(text, MADE + timedelta(days=3))
    assert instant_in(later + text[len(later) :]) == MADE + timedelta(days=3)
