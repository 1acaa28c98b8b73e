"""What the sandbox holds, as rows that can be compared with a table's."""

from __future__ import annotations

import typing as t
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_payments.sandbox import Sandbox

OPERATOR = ZoneInfo("Australia/Sydney")

Rows = Counter[tuple[str | None, ...]]


class Kind(t.NamedTuple):
    """Where a stream's rows are in the sandbox, when they happened, and what is compared."""

    provider: str
    kind: str
    time: str
    columns: tuple[str, ...]


KINDS = {
    "begateway_transactions": Kind(
        "begateway", "transactions", "created_at", ("uid", "amount", "currency", "order_id")
    ),
    "spacivox_payment_transactions": Kind(
        "spacivox", "payment_transactions", "timestamp", ("id", "amount", "state")
    ),
    "tikpay_customers": Kind("tikpay", "CUSTOMERS", "createdAt", ("customerId", "email")),
    "tikpay_payments": Kind("tikpay", "PAYMENTS", "paidAt", ("paymentId", "amount", "status")),
    "tikpay_taps": Kind("tikpay", "TAPS", "tappedAt", ("tapId", "locationTitle")),
    "tikpay_trips": Kind("tikpay", "TRIPS", "startedAt", ("tripId", "fare", "to")),
    "zimpler_transactions": Kind(
        "zimpler", "transactions", "approved_at", ("id", "type", "amount", "fee_amount", "currency")
    ),
}


def truth(sandbox: Sandbox, stream: str, since: datetime, until: datetime) -> Rows:
    """The rows of all accounts that happened in `[since, until)`, as they are now."""
    kind = KINDS[stream]
    api = sandbox.apis[kind.provider]
    names = account_names(sandbox.config()[kind.provider])
    return Counter(
        (names.get(account, "default"), *texts(row, kind.columns))
        for account in api.accounts
        for row in api.rows(account, kind=kind.kind)
        if since <= instant(row[kind.time]) < until
    )


def account_names(settings: Mapping[str, t.Any]) -> dict[str, str]:
    """The names that the settings give the sandbox's accounts."""
    return {each["account"]: each["account"] for each in settings.get("accounts", ())}


def instant(text: str) -> datetime:
    """What has no zone is the transport operator's time."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=OPERATOR)).astimezone(UTC)


def texts(row: Mapping[str, t.Any], columns: Iterable[str]) -> tuple[str | None, ...]:
    """The values as texts."""
    values = (row.get(column) for column in columns)
    return tuple(None if value is None else str(value) for value in values)


def select(stream: str, schema: str) -> str:
    """SQL for the same columns of a table, as texts."""
    names = ("_account", *KINDS[stream].columns)
    columns = ", ".join(f'cast("{name}" as varchar) as "{name}"' for name in names)
    return f'select {columns} from {schema}."{stream}"'


def rows_of(answer: Iterable[Mapping[str, t.Any]], stream: str) -> Rows:
    """A table's answer, to be compared."""
    return Counter(texts(row, ("_account", *KINDS[stream].columns)) for row in answer)
