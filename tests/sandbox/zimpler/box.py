"""Zimpler's requests, as its document has them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.sandbox.client import Reply, ask, basic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_payments.sandbox import Sandbox


NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIN = basic("sandbox-merchant-1", "sandbox-zimpler-key-main")


def transactions(sandbox: Sandbox, headers: Mapping[str, str] = MAIN, /, **query: Any) -> Reply:
    return ask(f"{sandbox.url}/zimpler/v4/transactions", headers, query=query)


def ids(reply: Reply) -> list[str]:
    return [row["id"] for row in reply.json["transactions"]]


def put(sandbox: Sandbox, *days: str, **fields: Any) -> None:
    for number, day in enumerate(days):
        row = sandbox.zimpler.example(id=f"t{number}", approved_at=day, **fields)
        sandbox.zimpler.put("main", row)
