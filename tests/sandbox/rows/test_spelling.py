from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from tap_payments.sandbox.rows.spelling import to_instant, to_json, to_milli, to_second

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)


def test_a_decimal_is_a_number_with_its_digits() -> None:
    row = {"a": Decimal("12345678901234567890.10"), "b": "é", "c": [Decimal("0.0"), None]}
    assert to_json(row) == '{"a":12345678901234567890.10,"b":"é","c":[0.0,null]}'.encode()
    with pytest.raises(TypeError):
        to_json({"a": NOON})


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-15T12:00:00Z", NOON),
        ("2026-03-15T14:00:00+02:00", NOON),
        ("2026-03-15 12:00:00", NOON),
        ("2026-03-15", NOON.replace(hour=0)),
        ("2026-03-15T12:00:00.5Z", NOON + timedelta(seconds=0.5)),
        ("soon", None),
        (None, None),
        (5, None),
    ],
)
def test_an_instant_is_in_utc_unless_it_names_a_zone(text: object, instant: datetime) -> None:
    assert to_instant(text) == instant


def test_vendors_write_seconds_or_milliseconds_in_utc() -> None:
    local = (NOON + timedelta(microseconds=243_999)).astimezone(timezone(timedelta(hours=2)))
    assert to_second(local) == "2026-03-15T12:00:00Z"
    assert to_milli(local) == "2026-03-15T12:00:00.243Z"
