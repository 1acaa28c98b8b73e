"""Nested transactions arrive as they came: to the digit, whatever the PSP makes of its types."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

from tap_payments.providers.begateway.streams import Transactions
from tests.providers.begateway.box import ONE_DAY, STREAM, as_served, box, config, put, read
from tests.support.taps import discover, sync
from tests.support.vendor_json import extra_of

if t.TYPE_CHECKING:
    from tests.support.server import Server
    from tests.support.taps import Row, Run


def line(done: Run) -> str:
    (found,) = (each.decode() for each in done.lines if b'"RECORD"' in each)
    return found


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(
    "number", ["12345678901234567.89", "1e-7", "0.0", "12.10", "1E+3", "-0.5", "123456789012345678"]
)
def test_numbers_keep_their_digits(server: Server, number: str, *, fast: bool) -> None:
    row = (
        f'{{"uid": "u", "transaction_fee": {number}, "additional_data": {{"x": {number}}},'
        f' "surprise": {number}}}'
    )
    found = line(read(server, row, fast_records=fast))
    assert len(re.findall(rf"[:\s]{re.escape(number)}[,}}]", found)) == 2  # one of them in _extra
    assert f'"transaction_fee":"{number}"' in found.replace('": "', '":"')


@pytest.mark.parametrize("fast", [True, False])
def test_ids_that_come_as_numbers_are_texts(server: Server, *, fast: bool) -> None:
    row = '{"uid": "u", "id": 7, "order_id": 27724, "tracking_id": 12345678901234567890}'
    (record,) = read(server, row, fast_records=fast).records(STREAM)
    assert record["order_id"] == "27724"
    assert record["tracking_id"] == "12345678901234567890"
    assert record["id"] == 7
    assert record["_extra"] is None


def test_leading_zeros_stay_and_a_textual_id_is_not_lost(server: Server) -> None:
    row = '{"uid": "u", "id": "000012345678", "order_id": "000012345678"}'
    (record,) = read(server, row).records(STREAM)
    assert record["order_id"] == "000012345678"
    assert record["id"] is None
    assert extra_of(record) == {"id": "000012345678"}


def test_types_that_drift_deep_inside_fit_the_schema_and_lose_nothing(server: Server) -> None:
    row = json.dumps(
        {
            "uid": "u",
            "amount": "1000",
            "test": "no",
            "settled_at": "yesterday",
            "paid_at": 5,
            "shop": {"id": "1", "name": "s"},
            "credit_card": {"exp_month": "12", "exp_year": 2026, "last_4": 7, "new": {"a": [1]}},
            "payment": None,
            "customer": "nobody",
            "billing_address": [],
        }
    )
    (record,) = read(server, row).records(STREAM)
    assert record["credit_card"] == {
        "exp_month": None,
        "exp_year": 2026,
        "last_4": "7",
        "new": {"a": [1]},
    }
    assert record["shop"] == {"id": None, "name": "s"}
    assert extra_of(record) == {
        "amount": "1000",
        "test": "no",
        "settled_at": "yesterday",
        "paid_at": 5,
        "shop": {"id": "1"},
        "credit_card": {"exp_month": "12"},
        "customer": "nobody",
        "billing_address": [],
    }
    assert record["payment"] is None


def test_the_vendors_example_arrives_as_it_came() -> None:
    with box() as sandbox:
        row = put(sandbox, 1, "2026-03-19 10:00:00")
        done = sync(sandbox, config(sandbox) | ONE_DAY)
        (record,) = done.records(STREAM)
        columns = dict.fromkeys(Transactions.schema["properties"])
        assert record == columns | as_served(row) | {"_account": "default"}


def test_every_column_is_described_and_money_names_its_unit() -> None:
    (stream,) = discover({"begateway": {}})["streams"]
    properties = stream["schema"]["properties"]

    def undescribed(name: str, field: Row) -> t.Iterator[str]:
        if not field.get("description"):
            yield name
        for inner, member in field.get("properties", {}).items():
            yield from undescribed(f"{name}.{inner}", member)

    assert [each for name, field in properties.items() for each in undescribed(name, field)] == []
    for name in ("amount", "transaction_fee", "pay_to_merchant", "converted_amount"):
        assert "minor units of `" in properties[name]["description"]
