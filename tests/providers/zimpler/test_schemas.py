"""Zimpler's rows as records: exact, whole, and always fitting their SCHEMA."""

from __future__ import annotations

import hashlib
import hmac
import json
import typing as t

import pytest

from tests.providers.zimpler.box import BALANCE, FULL, STREAM, box, fill, put, reading
from tests.support.taps import assert_fitting, settings, sync
from tests.support.vendor_json import extra_of

if t.TYPE_CHECKING:
    from tests.support.server import Server


def test_a_record_is_the_vendors_row_and_the_account(server: Server) -> None:
    run = reading(server, FULL)
    assert run.records(STREAM) == [{"_account": "default", **FULL, "_extra": None}]
    assert_fitting(run)


def test_an_amount_keeps_every_digit(server: Server) -> None:
    amounts = ["12.10", "0.00", "-0.50", "12345678901234567890.123456789", "1E3", "1", "-1.0"]
    run = reading(server, *({**FULL, "id": amount, "amount": amount} for amount in amounts))
    assert [record["amount"] for record in run.records(STREAM)] == amounts
    assert_fitting(run)


@pytest.mark.parametrize(
    "spelled", ["12.10", "12345678901234567.89", "1e3", "1E-7", "-0.0", "100", "1" * 40]
)
def test_an_amount_that_comes_as_a_number_is_written_as_its_text(
    server: Server, spelled: str
) -> None:
    rows = [json.dumps(FULL).replace('"100.00"', spelled), json.dumps(FULL)]
    run = reading(server, *rows)
    assert [record["amount"] for record in run.records(STREAM)] == [spelled, "100.00"]
    assert [record["_extra"] for record in run.records(STREAM)] == [None, None]
    assert_fitting(run)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "hundred"),
        ("amount", "1,50"),
        ("amount", ""),
        ("amount", True),
        ("amount", {"value": "1.00"}),
        ("fee_amount", ["1.00"]),
        ("approved_at", "yesterday"),
        ("approved_at", ""),
        ("approved_at", 1710835571),
        ("approved_at", {"at": "2026-03-19T07:06:11Z"}),
    ],
)
def test_a_value_that_does_not_fit_its_column_goes_into_extra(
    server: Server, field: str, value: t.Any
) -> None:
    run = reading(server, {**FULL, "id": "odd", field: value}, FULL)
    odd, usual = run.records(STREAM)
    assert extra_of(odd) == {field: value}
    assert odd == {
        "_account": "default",
        **FULL,
        "id": "odd",
        field: None,
        "_extra": odd["_extra"],
    }
    assert usual == {"_account": "default", **FULL, "_extra": None}
    assert len(run.logged("WARNING", f"'{field}'")) == 1
    assert_fitting(run)


@pytest.mark.parametrize(
    ("value", "text"),
    [(5, "5"), (True, "true"), ([1, {"a": None}], '[1,{"a":null}]'), ({"a": 1.5}, '{"a":1.5}')],
)
def test_a_text_column_takes_the_spelling_of_any_value(
    server: Server, value: t.Any, text: str
) -> None:
    row = json.dumps({**FULL, "ref": value}, separators=(",", ":"))
    run = reading(server, row)
    assert [record["ref"] for record in run.records(STREAM)] == [text]
    assert_fitting(run)


def test_an_unknown_field_goes_into_extra_and_is_warned_of_once_by_its_name(
    server: Server,
) -> None:
    news = {"customer": {"iban": "SE45-canary"}, "fx_rate": 1.0, "tags": ["a"], "note": None}
    rows = [{**FULL, "id": str(n), **(news if n % 3 else {})} for n in range(100)]
    run = reading(server, *rows)
    assert [extra_of(record) for record in run.records(STREAM)] == [
        news if n % 3 else None for n in range(100)
    ]
    for name in news:
        assert len(run.logged("WARNING", STREAM, f"'{name}'")) == 1
    assert "canary" not in "\n".join(run.log)
    assert_fitting(run)


def test_a_vendors_field_of_the_taps_own_name_goes_into_extra(server: Server) -> None:
    own = {"_account": "theirs", "_extra": {"a": 1}}
    run = reading(server, {**FULL, **own}, balance={"SEK": {"total": "1.00", "_observed_at": "x"}})
    (record,) = run.records(STREAM)
    assert extra_of(record) == own
    assert record == {"_account": "default", **FULL, "_extra": record["_extra"]}
    (balance,) = run.records(BALANCE)
    assert balance["_observed_at"] == "2026-03-20T12:00:00.000000Z"
    assert extra_of(balance) == {"_observed_at": "x"}


def test_a_field_that_is_missing_or_null_is_no_error(server: Server) -> None:
    bare = {"id": "1", "type": "deposit"}
    nulls = dict.fromkeys(FULL) | {"id": "2", "type": "deposit"}
    run = reading(server, bare, nulls, FULL)
    assert run.failed is None
    assert run.records(STREAM) == [
        {"_account": "default", "_extra": None, **dict.fromkeys(FULL), **row}
        for row in (bare, nulls, FULL)
    ]
    assert_fitting(run)


@pytest.mark.parametrize("field", ["id", "type"])
@pytest.mark.parametrize("value", ["missing", None, 5, True, {}, ["1"]])
def test_a_key_that_is_missing_or_of_another_type_is_an_error_that_names_it(
    server: Server, field: str, value: t.Any
) -> None:
    row = {**FULL, field: value}
    if value == "missing":
        del row[field]
    run = reading(server, FULL, row)
    assert run.failed is not None
    for word in (STREAM, "'default'", f"'{field}'", "2026-03-19"):
        assert word in run.failed
    assert "person-1" not in run.failed
    assert run.states == []


def test_texts_come_through_whatever_is_in_them(server: Server) -> None:
    texts = ["Évry 日本 🧾", 'quo"te\\', "line\nbreak\ttab\u0000", "\u2028", "", " ", "</script>"]
    run = reading(server, *({**FULL, "id": text, "ref": text} for text in texts))
    assert [record["ref"] for record in run.records(STREAM)] == texts
    assert [record["id"] for record in run.records(STREAM)] == texts


def test_a_page_may_be_spelled_over_many_lines(server: Server) -> None:
    pretty = json.dumps(FULL, indent=4).replace("\n", "\r\n")
    run = reading(server, pretty, pretty.replace("6a734480", "2"))
    assert len(run.of("RECORD", STREAM)) == 2
    assert len({json.dumps(record | {"id": ""}) for record in run.records(STREAM)}) == 1


def test_the_same_id_with_another_type_is_another_row() -> None:
    with box() as sandbox:
        for kind in ("deposit", "refund"):
            put(sandbox, "1", "2026-03-19T10:00:00Z", type=kind)
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-18"))
        assert [row["type"] for row in run.rows(STREAM)] == ["deposit", "refund"]
        (schema,) = run.of("SCHEMA", STREAM)
        assert schema["key_properties"] == ["_account", "id", "type"]
        assert schema["bookmark_properties"] == ["approved_at"]


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_the_customers_account_is_personal(server: Server, mode: str) -> None:
    key = "canary-pepper"
    run = reading(
        server,
        FULL,
        {**FULL, "id": "2", "account_ref": None},
        {**FULL, "id": "3", "account_ref": 7},
        personal_data=mode,
        personal_data_key=key,
    )
    hashed = [hmac.digest(key.encode(), text, hashlib.sha256).hex() for text in (b"person-1", b"7")]
    expected = [hashed[0], None, hashed[1]] if mode == "hash" else [None, None, None]
    assert [record["account_ref"] for record in run.records(STREAM)] == expected
    assert "person-1" not in str(run.lines)
    assert "canary" not in "\n".join(run.log) + str(run.lines)
    assert_fitting(run)


def test_a_large_run_is_what_the_sandbox_holds() -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 1400)
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-08", page_size=99))
        assert run.rows(STREAM) == put_in
