"""Nested transactions arrive as they came: to the digit, whatever the PSP makes of its types."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import typing as t

import jsonschema
import pytest

from tap_payments.providers.begateway.streams import Transactions
from tests.providers.begateway.box import STREAM, as_served, box, config, put
from tests.support.clock import Clock
from tests.support.server import Answer, Server
from tests.support.taps import discover, sync
from tests.support.vendor_json import extra_of

if t.TYPE_CHECKING:
    from tests.support.taps import Row, Run

ONE_DAY = {"start_date": "2026-03-19", "end_date": "2026-03-20"}


def read(server: Server, rows: str, **top: t.Any) -> Run:
    """A run over one page with these rows, as JSON text."""
    body = f'{{"transactions": [{rows}], "count": 1, "has_more": false}}'.encode()
    server.handler = lambda _request: Answer(body)
    account = {
        "api_url": server.url,
        "shop_id": "1",
        "secret_key": "key",
        "payment_method_types": ["credit_card"],
    }
    done = sync(Clock(), {**ONE_DAY, "begateway": account, **top})
    assert done.failed is None
    (schema,) = (each["schema"] for each in done.of("SCHEMA", STREAM))
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    for record in done.records(STREAM):
        validator.validate(record)
    return done


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


PERSON = {
    "uid": "u",
    "billing_address": {"first_name": "Ann", "country": "BY", "phone": "+375", "extra": {"x": "y"}},
    "customer": {"ip": "192.0.2.1", "email": "ann@example.com", "phones": ["1", "2"]},
    "credit_card": {"holder": "ANN", "token": "tok", "stamp": "st", "last_4": "1111"},
    "additional_data": {
        "request_id": "r",
        "browser": {"user_agent": "Mozilla", "language": "be"},
        "tdsecure": {"pa_req": "pa", "md": "1"},
        "vendor": {"name": "CTP", "token": "vt"},
    },
    "erip": {"account_number": "AN1", "service": 5},
    "wallet": {"deep": {"iban": "BY13", "kept": 1}, "email": "w@example.com"},
}
PERSONAL = [
    ("billing_address", "first_name"),
    ("billing_address", "phone"),
    ("billing_address", "extra", "x"),
    ("customer", "ip"),
    ("customer", "email"),
    ("credit_card", "holder"),
    ("credit_card", "token"),
    ("credit_card", "stamp"),
    ("additional_data", "browser", "user_agent"),
    ("additional_data", "tdsecure", "pa_req"),
    ("additional_data", "vendor", "token"),
    ("erip", "account_number"),
    ("_extra", "wallet", "deep", "iban"),
    ("_extra", "wallet", "email"),
]
KEPT = [
    ("billing_address", "country"),
    ("credit_card", "last_4"),
    ("additional_data", "request_id"),
    ("additional_data", "browser", "language"),
    ("additional_data", "tdsecure", "md"),
    ("additional_data", "vendor", "name"),
    ("erip", "service"),
    ("_extra", "wallet", "deep", "kept"),
]


def at(record: t.Any, path: tuple[str, ...]) -> t.Any:
    for step in path:
        record = extra_of(record) if step == "_extra" else record[step]
    return record


def sent(path: tuple[str, ...]) -> t.Any:
    return at(PERSON, tuple(step for step in path if step != "_extra"))


@pytest.mark.parametrize("fast", [True, False])
def test_personal_values_are_hashed_wherever_they_arrive(server: Server, *, fast: bool) -> None:
    done = read(
        server,
        json.dumps(PERSON),
        personal_data="hash",
        personal_data_key="schlüssel",
        fast_records=fast,
    )
    (record,) = done.records(STREAM)

    def hashed(value: str) -> str:
        return hmac.new("schlüssel".encode(), value.encode(), hashlib.sha256).hexdigest()

    assert {path: at(record, path) for path in PERSONAL} == {
        path: hashed(sent(path)) for path in PERSONAL
    }
    assert record["customer"]["phones"] == [hashed("1"), hashed("2")]
    assert {path: at(record, path) for path in KEPT} == {path: sent(path) for path in KEPT}


def test_personal_values_are_dropped_and_null_stays_null(server: Server) -> None:
    done = read(server, json.dumps(PERSON | {"customer": None}), personal_data="drop")
    (record,) = done.records(STREAM)
    assert record["customer"] is None
    paths = [path for path in PERSONAL if path[0] != "customer"]
    assert {at(record, path) for path in paths} == {None}
    assert {path: at(record, path) for path in KEPT} == {path: sent(path) for path in KEPT}


def test_a_personal_section_that_comes_as_a_text_is_personal_too(server: Server) -> None:
    row = json.dumps({"uid": "u", "customer": "ann@example.com", "wallet": {"email": ["e@e.org"]}})
    done = read(server, row, personal_data="drop")
    assert b"ann@example.com" not in b"".join(done.lines)
    assert b"e@e.org" not in b"".join(done.lines)


def test_keep_changes_nothing(server: Server) -> None:
    (record,) = read(server, json.dumps(PERSON)).records(STREAM)
    assert {path: at(record, path) for path in (*PERSONAL, *KEPT)} == {
        path: sent(path) for path in (*PERSONAL, *KEPT)
    }


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_sections_with_more_members_than_declared_are_private_too(
    server: Server, mode: str
) -> None:
    person = json.loads(json.dumps(PERSON))
    person["credit_card"]["surprise"] = {"email": "card@example.com"}
    person["customer"]["nickname"] = "Annie"
    del person["wallet"]
    done = read(
        server,
        json.dumps({**person, "uid": "v"}) + "," + json.dumps(person),
        personal_data=mode,
        personal_data_key="k",
    )
    assert [row["uid"] for row in done.records(STREAM)] == ["v", "u"]
    whole = b"".join(done.lines)
    for value in (b"Annie", b"card@example.com", b"ann@example.com", b'"ANN"', b"Mozilla"):
        assert value not in whole
