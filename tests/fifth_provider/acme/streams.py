"""Acme's stream. https://acme.example/docs/payments."""

from __future__ import annotations

import typing as t

from msgspec import Struct

from tap_payments.http.calls import Call
from tap_payments.streams.pagination import CursorPage, cursor_pages
from tap_payments.streams.windowed import WindowedStream

from . import schemas

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.streams.page import Page
    from tap_payments.streams.reading import Reading
    from tap_payments.windows.window import Window

T = t.TypeVar("T")


class PaymentsPage(Struct, t.Generic[T]):
    """An answer of `GET /v1/payments`."""

    payments: list[T]
    next: str | None = None


class Payments(WindowedStream):
    """Payments by the time of their creation."""

    name = "acme_payments"
    primary_keys = ("_account", "id")
    replication_key = "created_at"
    schema = schemas.PAYMENTS
    page = PaymentsPage
    rows_field = "payments"
    personal = ("payer.*",)

    def read_window(self, reading: Reading, window: Window) -> Iterator[Page]:
        """The pages of a window by cursor; Acme's `to` is exclusive, as ours is."""
        params = {
            "from": f"{window.since:%Y-%m-%dT%H:%M:%SZ}",
            "to": f"{window.until:%Y-%m-%dT%H:%M:%SZ}",
        }

        def ask(cursor: int | str | None) -> CursorPage:
            after = {} if cursor is None else {"after": str(cursor)}
            answer: t.Any = reading.fetch(Call("GET", "/v1/payments", params | after))
            return CursorPage(answer.payments, answer.next, has_more=answer.next is not None)

        return cursor_pages(ask)
