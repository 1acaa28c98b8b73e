"""Reports of Tikpay's data set, as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sandbox.client import Reply, ask

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox

ALL = ("2026-01-01T00:00:00", "2026-04-01T00:00:00")


def url_of(
    sandbox: Sandbox, kind: str = "TAPS", bounds: tuple[str, str] = ALL, form: str = "csv"
) -> str:
    sandbox.tikpay.start_job("main", kind, *bounds, form)
    return str(sandbox.tikpay.listed("main")[-1]["downloadUrl"])


def fetch(sandbox: Sandbox, kind: str = "TAPS", **fields: Any) -> Reply:
    return ask(url_of(sandbox, kind, **fields))
