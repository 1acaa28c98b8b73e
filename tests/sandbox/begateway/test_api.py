from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sandbox.begateway.box import PARAMS, SHOP, VERSION, post, put, read, uids
from tests.sandbox.client import ask, basic

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox


def test_wrong_credentials_and_other_versions_are_refused(empty: Sandbox) -> None:
    url, body = f"{empty.url}/begateway/api/reports", {"report_params": PARAMS}
    assert ask(url, VERSION, body=body).status == 401
    assert ask(url, {**basic("1001", "wrong"), **VERSION}, body=body).status == 401
    assert ask(url, SHOP, body=body).status == 422
    assert ask(url, {**SHOP, "X-Api-Version": "2"}, body=body).status == 422
    assert ask(url, {**SHOP, **VERSION}, body=body).status == 200
    assert ask(url, {**SHOP, **VERSION}).status == 405
    assert ask(url + "/other", {**SHOP, **VERSION}, body=body).status == 404


def test_pages_forward_make_up_the_truth_by_id_and_not_by_date(seeded: Sandbox) -> None:
    rows = read(seeded)
    truth = [
        row
        for row in seeded.begateway.rows("main")
        if row["payment_method_type"] == "credit_card" and row["created_at"] >= "2026-01-01"
    ]
    assert rows == truth
    assert len(rows) > 500
    numbers, dates = [row["id"] for row in rows], [row["created_at"] for row in rows]
    assert numbers == sorted(numbers)
    assert dates != sorted(dates)


def test_the_fields_of_a_page(seeded: Sandbox) -> None:
    page = post(seeded).json
    assert list(page) == [
        "transactions",
        "count",
        "has_more",
        "first_object_id",
        "last_object_id",
    ]
    assert (len(page["transactions"]), page["has_more"]) == (50, True)
    assert page["first_object_id"] == page["transactions"][0]["id"]
    assert page["last_object_id"] == page["transactions"][-1]["id"]
    assert page["count"] == len(read(seeded))
    seeded.begateway.cursor_type, seeded.begateway.count = "string", "page"
    other = post(seeded).json
    assert (other["last_object_id"], other["count"]) == (str(page["last_object_id"]), 50)
    assert post(seeded, starting_after=other["last_object_id"]).json["first_object_id"]


def test_an_empty_report_has_no_ids(empty: Sandbox) -> None:
    assert post(empty).json == {
        "transactions": [],
        "count": 0,
        "has_more": False,
        "first_object_id": None,
        "last_object_id": None,
    }


def test_pages_backward_are_the_same_rows(seeded: Sandbox) -> None:
    forward = read(seeded)
    pages: list[Any] = []
    page = post(seeded, ending_before=10**12).json
    while page["has_more"]:
        pages.insert(0, page["transactions"])
        page = post(seeded, ending_before=page["first_object_id"]).json
    assert [row for part in [page["transactions"], *pages] for row in part] == forward


def test_a_cursor_beside_report_params_is_not_seen(seeded: Sandbox) -> None:
    first = post(seeded).json
    body = {"report_params": PARAMS, "starting_after": first["last_object_id"]}
    reply = ask(f"{seeded.url}/begateway/api/reports", {**SHOP, **VERSION}, body=body)
    assert reply.json == first


def test_the_upper_bound_is_exclusive_unless_told_otherwise(empty: Sandbox) -> None:
    for number, instant in enumerate(("00:00:00", "11:59:59", "12:00:00")):
        put(empty, f"u{number}", number, created_at=f"2026-03-01T{instant}Z", paid_at=None)
        put(empty, f"s{number}", 9 + number, settled_at=f"2026-03-0{number + 1}", created_at=None)
    bounds = {"from": "2026-03-01 00:00:00", "to": "2026-03-01 12:00:00"}
    days = {"date_type": "settled_at", "from": "2026-03-01", "to": "2026-03-02"}
    assert uids(read(empty, **bounds)) == ["u0", "u1"]
    assert uids(read(empty, **days)) == ["s0"]
    empty.begateway.to_is_inclusive = True
    assert uids(read(empty, **bounds)) == ["u0", "u1", "u2"]
    assert uids(read(empty, **days)) == ["s0", "s1"]


def test_the_count_is_of_the_whole_report_and_can_lie(seeded: Sandbox) -> None:
    total = len(read(seeded))
    assert post(seeded, "/count").json == {"transactions": {"count": total}}
    seeded.begateway.count_offset = 2
    assert post(seeded, "/count").json == {"transactions": {"count": total + 2}}


def test_rows_can_be_lost_from_pages(seeded: Sandbox) -> None:
    lost = uids(read(seeded))[10]
    served: list[int] = []
    seeded.begateway.drop_rows = {lost}
    seeded.begateway.on_page = served.append
    seeded.begateway.pages = 0
    rows = read(seeded)
    assert lost not in uids(rows)
    assert post(seeded, "/count").json["transactions"]["count"] == len(rows) + 1
    assert served == list(range(1, len(served) + 1))
