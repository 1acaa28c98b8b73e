"""Scrubbed: nothing of a value is left, and everything that paging, keys and drift need is."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.accounts.facts import Probes, named
from tap_payments.doctor.files import scrubbed_csv, scrubbed_outline, scrubbed_xml
from tap_payments.doctor.scrubbing import Scrubber
from tap_payments.doctor.stand_ins import StandIns
from tap_payments.http.calls import Call
from tap_payments.rows.exact_json import dumps, loads
from tap_payments.windows.ulids import instant_in

PROBES = Probes(
    facts=(),
    first=lambda _settings, _now: Call("GET", "/"),
    words=named("status type currency count"),
    moved=named("id first_object_id"),
    links=named("downloadUrl"),
)
ULID = "01JRXYZ0A1B2C3D4E5F6G7H8J9"
DAYS = -70

texts = st.text(st.characters(codec="utf-8"), max_size=30)
instants = st.datetimes(min_value=datetime(2015, 1, 1), max_value=datetime(2090, 1, 1))  # noqa: DTZ001
numbers = st.decimals(
    allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9
)


def scrubber() -> Scrubber:
    return Scrubber(PROBES, key=b"k" * 32, days=DAYS, offset=1000)


@given(st.lists(texts, max_size=20))
def test_equal_stays_equal_and_different_different(values: list[str]) -> None:
    scrub = scrubber()
    found = [scrub.text(value, "reference") for value in values]
    long = [(a, b) for a, b in zip(values, found, strict=True) if len(a) >= 4]
    for value, stand_in in long:
        for other, another in long:
            assert (value == other) is (stand_in == another)


@given(texts)
def test_a_text_keeps_its_length_and_no_long_one_stays(value: str) -> None:
    found = scrubber().text(value, "reference")
    assert len(found) == len(value)
    assert len(value) < 8 or found != value


@given(st.lists(instants, min_size=2, max_size=10))
def test_the_order_of_instants_stays_and_their_form(values: list[datetime]) -> None:
    scrub = scrubber()
    spelled = [f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}Z" for value in values]
    found = [scrub.text(text, "created_at") for text in spelled]
    assert sorted(found) == [scrub.text(text, "created_at") for text in sorted(spelled)]
    assert all(a[10:] == b[10:] for a, b in zip(spelled, found, strict=True))


@given(numbers)
def test_amounts_keep_their_sign_and_digits(value: t.Any) -> None:
    scrub = scrubber()
    as_text, as_number = scrub.text(str(value), "amount"), scrub.value(loads(str(value)), "amount")
    assert re.sub(r"\d", "9", as_text) == re.sub(r"\d", "9", str(value))
    assert re.sub(r"\d", "9", str(as_number)) == re.sub(r"\d", "9", str(value))
    assert (loads(str(value)) == 0) is (loads(str(as_number)) == 0)


documents = st.recursive(
    st.none() | st.booleans() | texts | st.integers(-(10**12), 10**12) | instants.map(str),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "note", "status", "id", "items"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(documents)
def test_a_body_keeps_its_shape(document: t.Any) -> None:
    scrub = scrubber()
    assert shape(scrub.value(document)) == shape(document)


def shape(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value)


@given(st.lists(st.tuples(st.sampled_from(["name", "note", "reference"]), texts), max_size=10))
def test_no_long_value_is_left_anywhere(leaves: list[tuple[str, str]]) -> None:
    scrub = scrubber()
    found = dumps(scrub.value([{name: value} for name, value in leaves])).decode()
    for _, value in leaves:
        is_moved = scrub.date(value) is not None
        assert is_moved or len(value) < 8 or value not in found


def test_words_of_the_vendor_stay_and_values_in_their_place_do_not() -> None:
    scrub = scrubber()
    row = {"status": "successful", "type": "a@b.example", "currency": "EUR", "count": 17}
    found = scrub.value(row)
    assert (found["status"], found["currency"], found["count"]) == ("successful", "EUR", 17)
    assert found["type"] != "a@b.example"


def test_what_pages_is_moved_by_one_constant() -> None:
    scrub = scrubber()
    assert scrub.value({"id": 5, "first_object_id": "5"}) == {"id": 1005, "first_object_id": "1005"}


def test_an_id_that_holds_a_time_keeps_it_moved() -> None:
    made = instant_in(ULID)
    found = scrubber().text(ULID, "jobId")
    assert made is not None
    moved = instant_in(found)
    assert moved is not None
    assert (moved - made).days == DAYS
    assert found[10:] != ULID[10:]
    assert found == scrubber().text(ULID, "other")


def test_links_say_where_they_point() -> None:
    scrub = scrubber()
    assert scrub.value({"downloadUrl": "https://files.example/x?sig=1"}) == {"downloadUrl": "other"}
    assert "https://files.example/x?sig=1" in scrub.originals


def test_a_birth_date_is_no_instant() -> None:
    found = scrubber().text("1981-02-03", "birth_date")
    assert found not in ("1981-02-03", "1980-11-25")
    assert len(found) == 10


def test_a_name_that_may_be_a_value_goes() -> None:
    found = scrubber().value({"someone@example.com": 1, "4111111111111111": 2, "fine_name": 3})
    assert "fine_name" in found
    assert not {"someone@example.com", "4111111111111111"} & set(found)


def test_requests_keep_numbers_dates_and_words_only() -> None:
    scrub = scrubber()
    asked = scrub.query(
        {"from": "2026-03-01", "type": "deposit", "site": "shop.example", "team": "7"}
    )
    assert asked["from"] == "2025-12-21"
    assert asked["type"] == "deposit"
    assert asked["site"] is None
    assert asked["team"] == scrub.text("7", "team")


def test_short_values_differ_as_long_as_there_are_stand_ins() -> None:
    stand_ins = StandIns(b"k")
    assert len({stand_ins.text(str(n)) for n in range(1, 10)}) == 9
    assert len({stand_ins.text(f"{a}{b}") for a in "abcxyz" for b in "abcdefg"}) == 42


CSV = 'tapId,status,at\nT-12345678,OK,2026-03-01T10:00:00\n,,\n"a, b",x,1\n'
XML = '<?xml version="1.0"?><taps><tap id="T-12345678"><name>Some One</name><n/></tap></taps>'


def test_a_csv_keeps_its_columns() -> None:
    lines = scrubbed_csv(CSV, ",", scrubber()).split("\n")
    assert lines[0] == "tapId,status,at"
    assert lines[1].endswith(",OK,2025-12-21T10:00:00")
    assert lines[2] == ",,"
    assert "12345678" not in lines[1]


def test_a_csv_without_names_keeps_nothing() -> None:
    found = scrubbed_csv("someone@example.com,1234567\n", ",", scrubber())
    assert "someone" not in found
    assert "1234567" not in found


def test_an_xml_keeps_its_elements() -> None:
    found = scrubbed_xml(XML, scrubber())
    assert re.fullmatch(
        r'<\?xml version="1.0"\?><taps><tap id="[^"]{10}"><name>.{8}</name><n/></tap></taps>', found
    )
    assert "Some" not in found
    assert "12345678" not in found


@pytest.mark.parametrize(
    "text", ["<html><b>Jane Example</b>", "<!--Jane Example-->", "Jane Example!"]
)
def test_any_other_text_keeps_its_outline(text: str) -> None:
    found = scrubbed_outline(text, scrubber())
    assert "Jane" not in found
    assert len(found) == len(text)
