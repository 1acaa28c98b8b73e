"""beGateway's answers.

https://doc.begateway.com/en/payment_management/reports/paginated_report/
"""

from __future__ import annotations

import typing as t

import msgspec
from msgspec import Raw, Struct

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.providers.begateway import schemas
from tap_payments.rows.columns import Column
from tap_payments.rows.exact_json import parse_object

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    uid: str


_identified = msgspec.json.Decoder(_Identified)
_UID = Column("uid", schemas.TRANSACTIONS["properties"]["uid"], key=True)


def parse_count(body: bytes) -> int:
    """How many transactions the API counts.

    Raises:
        Unreadable: it does not say.
    """
    try:
        return msgspec.json.decode(body, type=_CountAnswer).transactions.count
    except msgspec.MsgspecError as error:
        raise Unreadable("the body is not what the vendor's document says") from error


def uids_of(rows: Iterable[Raw]) -> Iterator[bytes]:
    """The uids of a page's rows.

    Raises:
        StreamFailed: a row has none; the message says so as where rows are written.
    """
    for row in rows:
        try:
            yield _identified.decode(row).uid.encode()
        except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
            yield _uid_of(row)


def _uid_of(row: Raw) -> bytes:
    members = parse_object(row)
    if "uid" not in members:
        raise StreamFailed(f"a row lacks its key field '{_UID.name}'")
    return bytes(_UID.fit(members["uid"])[0])
