"""beGateway's requests, as its document has them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.sandbox.client import Reply, ask, basic

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
SHOP = basic("1001", "sandbox-begateway-secret-main")
VERSION = {"X-Api-Version": "3"}
PARAMS: dict[str, Any] = {
    "date_type": "created_at",
    "from": "2026-01-01 00:00:00",
    "to": "2026-03-16 00:00:00",
    "status": "all",
    "payment_method_type": "credit_card",
    "time_zone": "UTC",
}


def post(sandbox: Sandbox, path: str = "", **params: Any) -> Reply:
    body = {"report_params": {**PARAMS, **params}}
    return ask(f"{sandbox.url}/begateway/api/reports{path}", {**SHOP, **VERSION}, body=body)


def read(sandbox: Sandbox, **params: Any) -> list[Any]:
    """Every page of a report, forward."""
    rows: list[Any] = []
    page = post(sandbox, **params).json
    while page["has_more"]:
        rows += page["transactions"]
        page = post(sandbox, **params, starting_after=page["last_object_id"]).json
    return [*rows, *page["transactions"]]


def uids(rows: list[Any]) -> list[str]:
    return [row["uid"] for row in rows]


def put(sandbox: Sandbox, uid: str, number: int = 1, **fields: Any) -> None:
    fields = {"created_at": "2026-03-01T00:00:00Z", **fields}
    sandbox.begateway.put("main", sandbox.begateway.example(uid=uid, id=number, **fields))
