"""What the sandbox holds, as rows that can be compared with a table's."""

from __future__ import annotations

import typing as t
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_payments.sandbox import Sandbox

OPERATOR = ZoneInfo("Australia/Sydney")

Rows = Counter[tuple[str | None, ...]]

Ask = t.Callable[[str], "Iterable[Mapping[str, t.Any]]"]
"""A stream's rows in the database, by the stream's name."""


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


def held(sandbox: Sandbox, stream: str) -> Rows:
    """What the providers have of a stream, from the first day on; Tikpay's to the full hour."""
    until = sandbox.clock.now()
    if stream.startswith("tikpay"):
        until = (until - timedelta(minutes=5)).replace(minute=0, second=0, microsecond=0)
    return truth(sandbox, stream, datetime.combine(sandbox.first, time(), UTC), until)


def assert_complete(sandbox: Sandbox, ask: Ask) -> None:
    """Each table has the providers' rows: all of them, once, as they are."""
    for stream in KINDS:
        assert rows_of(ask(stream), stream) == held(sandbox, stream), stream


def assert_caught_up(sandbox: Sandbox, ask: Ask) -> None:
    """Nothing that the providers have is missing, and what has changed is as it is there.

    There is more than that: beGateway's rows from before the start that have changed since, and
    Tikpay's rows as they were before (without keys of its own a changed row is a new one).
    """
    for stream in KINDS:
        expected, found = held(sandbox, stream), rows_of(ask(stream), stream)
        assert expected - found == {}, stream
        if stream.startswith(("spacivox", "zimpler")):
            assert found == expected, stream
    charges = rows_of(ask("begateway_transactions"), "begateway_transactions")
    assert max(charges.values()) == 1
