from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.client import ask, basic, bearer
from tests.sandbox.zimpler.box import MAIN, ids, put, transactions

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox


def test_a_request_without_credentials_or_with_wrong_ones_is_refused(empty: Sandbox) -> None:
    assert transactions(empty, {}).status == 401
    assert transactions(empty, basic("sandbox-merchant-1", "wrong")).status == 401
    assert transactions(empty, {"Authorization": "Basic \xe9"}).status == 401
    assert transactions(empty, {"Authorization": "Basic bm9jb2xvbg=="}).status == 401
    assert transactions(empty, bearer("sandbox-zimpler-key-main")).status == 401
    assert transactions(empty).status == 200


def test_the_key_may_be_asked_for_in_other_ways(empty: Sandbox) -> None:
    empty.zimpler.auth_method = "bearer"
    assert transactions(empty).status == 401
    assert transactions(empty, bearer("sandbox-zimpler-key-main")).status == 200
    empty.zimpler.auth_method, empty.zimpler.api_key_header = "header", "X-Key"
    assert transactions(empty, {"x-key": "sandbox-zimpler-key-main"}).status == 200


def test_each_account_has_its_own_rows(seeded: Sandbox) -> None:
    shop = basic("sandbox-merchant-2", "sandbox-zimpler-key-shop2")
    first, second = transactions(seeded), transactions(seeded, shop)
    assert first.json["count"]
    assert second.json["count"]
    assert not set(ids(first)) & set(ids(second))


def test_count_can_mean_three_things(seeded: Sandbox) -> None:
    total = len(seeded.zimpler.rows("main"))
    assert transactions(seeded).json["count"] == total
    seeded.zimpler.count = "page"
    assert transactions(seeded).json["count"] == 100
    seeded.zimpler.count = None
    assert list(transactions(seeded).json) == ["transactions"]


def test_the_balance_is_the_sum_of_the_rows(empty: Sandbox) -> None:
    put(empty, "2026-01-01T00:00:00Z", amount="100.00", fee_amount="-6.50", currency="EUR")
    put(empty, "2026-03-15T11:00:00Z", amount="20.00", fee_amount="-1.00", currency="EUR")
    put(empty, "2026-03-15T11:00:00Z", amount="-5.00", fee_amount="0.00", currency="SEK", type="x")
    assert ask(f"{empty.url}/zimpler/v4/current_balance", MAIN).json == {
        "EUR": {"total": "112.50", "pending": "20.00", "available": "92.50"},
        "SEK": {"total": "-5.00", "pending": "0.00", "available": "-5.00"},
    }


def test_other_paths_and_methods_are_refused(empty: Sandbox) -> None:
    assert ask(f"{empty.url}/zimpler/v4/refunds", MAIN).status == 404
    assert ask(f"{empty.url}/zimpler/v4/transactions", MAIN, body={}).status == 405
