"""Personal values of a transaction are kept, hashed or dropped, wherever in it they arrive."""

from __future__ import annotations

import hashlib
import hmac
import json
import typing as t

import pytest

from tests.providers.begateway.box import STREAM, read
from tests.support.vendor_json import extra_of

if t.TYPE_CHECKING:
    from tests.support.server import Server

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
