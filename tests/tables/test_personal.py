"""Personal columns: found however they are spelled, and never given back by an id."""

from __future__ import annotations

import io
import typing as t

import msgspec
import pytest

from tap_payments.rows.privacy import replacement
from tap_payments.tables.csv import read_csv
from tap_payments.tables.personal import find_personal
from tap_payments.tables.rows import TableCodec
from tap_payments.tables.xml import read_xml

if t.TYPE_CHECKING:
    from tap_payments.tables.table import Table

RESERVED = ("_account", "_extra", "_row_id")


def csv(content: str) -> Table:
    return read_csv(io.BytesIO(content.encode()), delimiter=",", reserved=RESERVED)


def xml(content: str) -> Table:
    return read_xml(
        io.BytesIO(content.encode()), row_element="row", reserved=RESERVED, setting="row"
    )


def rows(
    table: Table, personal: t.Sequence[str], mode: str = "drop", key: str | None = "k"
) -> list[dict[str, t.Any]]:
    codec = TableCodec(
        table,
        added={},
        keys=(),
        personal=personal,
        replace=replacement(mode, key),
        selected=lambda _: True,
        only_careful=False,
    )
    lines = b"".join(codec.encode(batch) for batch in codec.batches()).split()
    return [msgspec.json.decode(line) for line in lines]


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("phone", [0, 1, 4]),
        ("PHONE", [0, 1, 4]),
        ("phone_2", [1]),
        ("Card Holder", [2]),
        ("card-holder", [2]),
        ("contact_phone", [3, 5]),
        ("contact", []),
        ("phone_3", []),
        ("absent", []),
    ],
)
def test_a_name_means_what_is_spelled_like_it_and_what_is_repeated(
    name: str, places: list[int]
) -> None:
    columns = (
        "phone", "phone_2", "Card_Holder", "contact_2_phone", "Phone_12", "contact_phone",
    )  # fmt: skip
    assert find_personal(columns, [name]) == {name: places}


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (csv, "Phone No.,amount\ncanary,1\n"),
        (csv, "phone no ,phone-no\ncanary,canary\n"),
        (csv, "phone_no_,amount\n,1,canary\n"),
        (xml, "<r><row><phone_no_>canary</phone_no_><phone_no_>canary</phone_no_></row></r>"),
        (xml, '<r><row phone_no_="canary"><phone_no_>canary</phone_no_></row></r>'),
    ],
)
@pytest.mark.parametrize("mode", ["drop", "hash"])
def test_no_personal_cell_comes_out_in_clear(
    read: t.Callable[[str], Table], content: str, mode: str
) -> None:
    [row] = rows(read(content), ["phone no."], mode)
    assert "canary" not in str(row)
    assert any(row.values())


def test_a_report_says_which_of_the_names_it_has() -> None:
    codec = TableCodec(
        csv("phone,amount\n1,2\n"),
        added={},
        keys=(),
        personal=("PHONE", "absent"),
        replace=None,
        selected=lambda _: True,
        only_careful=False,
    )
    assert codec.personal == {"PHONE"}


def ids(content: str, mode: str, key: str | None = "k") -> list[str]:
    return [row["_row_id"] for row in rows(csv(content), ["phone"], mode, key)]


def test_an_id_does_not_depend_on_a_value_that_is_dropped() -> None:
    one, two, same = ids("phone,amount\n1,5\n2,5\n2,5\n", "drop")
    assert ids("phone,amount\n7,5\n8,5\n9,5\n", "drop") == [one, two, same]
    assert len({one, two, same}) == 3, "rows that are equal but for it are kept apart"
    assert ids("amount\n5\n", "drop") == [one]
    assert ids("phone,amount\n1,5,9\n", "drop") == ids("phone,amount\n1,5,8\n", "drop")


def test_an_id_tells_rows_apart_whose_values_are_hashed_and_needs_the_key_to_be_made() -> None:
    content = "phone,amount\n1,5\n2,5\n"
    assert len(set(ids(content, "hash"))) == 2
    assert ids(content, "hash") == ids(content, "hash")
    assert not set(ids(content, "hash")) & set(ids(content, "hash", "other"))
    assert not set(ids(content, "hash")) & set(ids(content, "keep"))
    assert len(set(ids("phone,amount\n1,5,9\n1,5,8\n", "hash"))) == 2
