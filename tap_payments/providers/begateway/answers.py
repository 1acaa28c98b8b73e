"""beGateway's answers.

https://doc.begateway.com/en/payment_management/reports/paginated_report/
"""

from __future__ import annotations

import typing as t

import msgspec
from msgspec import Raw, Struct

from tap_payments.errors import Unreadable

if t.TYPE_CHECKING:
    from collections.abc import Iterator

T = t.TypeVar("T")


class ReportPage(Struct, t.Generic[T]):
    """An answer of `POST /api/reports`."""

    transactions: list[T]
    has_more: bool
    count: t.Any = None
    last_object_id: t.Any = None


class _Count(Struct):
    count: int


class _CountAnswer(Struct):
    """An answer of `POST /api/reports/count`."""

    transactions: _Count


class _Identified(Struct):
    uid: t.Any = None


def parse_count(body: bytes) -> int:
    """How many transactions the API counts.

    Raises:
        Unreadable: it does not say.
    """
    try:
        return msgspec.json.decode(body, type=_CountAnswer).transactions.count
    except msgspec.MsgspecError as error:
        raise Unreadable("the body is not what the vendor's document says") from error


def uids_of(rows: list[t.Any]) -> Iterator[str]:
    """The uids of a page's rows; one without is refused when it is written."""
    for row in rows:
        if isinstance(row, dict):
            uid = row.get("uid")
        else:
            uid = (msgspec.json.decode(row, type=_Identified) if isinstance(row, Raw) else row).uid
        if isinstance(uid, str):
            yield uid
