"""What a beGateway report is asked for: `report_params`, checked as far as they are documented."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tap_payments.sandbox.messages import RefusedError
from tap_payments.sandbox.rows.spelling import to_instant
from tap_payments.sandbox.rows.table import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_payments.sandbox.begateway.options import Options

CORRECTED = "manually_corrected_at"
DATE_TYPES = ("created_at", "paid_at", "settled_at")
STATUSES = ("all", "successful", "failed", "pending", "incomplete")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
SECOND = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Params:
    """A report's parameters: which rows, from where on, and in which zone (None: UTC)."""

    query: Query
    starting_after: int | None
    ending_before: int | None
    zone: tzinfo | None


def parse_params(body: bytes, options: Options) -> Params:
    """The parameters in a request's body; a cursor beside `report_params` is not seen.

    RefusedError 400 where it is no JSON, 422 with the vendor's `errors` where a value is wrong.
    """
    try:
        document = json.loads(body)
    except ValueError:
        raise RefusedError(400, {"message": "The body is not JSON"}) from None
    given = document.get("report_params") if isinstance(document, dict) else None
    if not isinstance(given, dict):
        raise _invalid({"report_params": ["can't be blank"]})
    check = _Check(given, {})
    date_type = check.choice("date_type", DATE_TYPES)
    status = check.choice("status", STATUSES)
    method = check.choice("payment_method_type", options.payment_method_types)
    zone = check.zone()
    form = DAY if date_type == "settled_at" else SECOND
    since, until = check.moment("from", form, zone), check.moment("to", form, zone)
    corrected = [
        check.moment(name, SECOND, zone) if given.get(name) is not None else None
        for name in ("manual_correction_from", "manual_correction_to")
    ]
    after, before = check.cursor("starting_after"), check.cursor("ending_before")
    if after is not None and before is not None:
        check.errors["ending_before"] = ["cannot be given with starting_after"]
    if since and until and since > until:
        check.errors["to"] = ["lies before from"]
    if check.errors:
        raise _invalid(check.errors)
    tick = TICK if options.to_is_inclusive else timedelta()
    equal = (("payment_method_type", method), *(() if status == "all" else (("status", status),)))
    dates = (date_type, since, until and until + tick)
    corrections = (CORRECTED, corrected[0], corrected[1] and corrected[1] + tick)
    if any(corrected) and not options.corrections_combine_with_dates:
        dates, corrections = corrections, (CORRECTED, None, None)
    query = Query(*dates, equal, (corrections,))
    return Params(query, after, before, zone)


@dataclass
class _Check:
    """The values of the parameters, and what is wrong with them."""

    given: Mapping[str, Any]
    errors: dict[str, list[str]]

    def choice(self, name: str, values: Sequence[str]) -> str:
        value = self.given.get(name)
        if value not in values:
            self.errors[name] = [
                "can't be blank" if value in (None, "") else "is not one of " + ", ".join(values)
            ]
        return str(value)

    def moment(self, name: str, form: re.Pattern[str], zone: tzinfo | None) -> datetime | None:
        value = self.given.get(name)
        local = to_instant(value) if isinstance(value, str) and form.fullmatch(value) else None
        if local is None:
            self.errors[name] = ["can't be blank" if value in (None, "") else "is not such a date"]
            return None
        return local.replace(tzinfo=zone or UTC).astimezone(UTC) if form is SECOND else local

    def zone(self) -> tzinfo | None:
        value = self.given.get("time_zone")
        if value == "UTC":
            return None
        try:
            return ZoneInfo(value if isinstance(value, str) and value else "/")
        except (ValueError, OSError, KeyError):
            self.errors["time_zone"] = ["can't be blank" if not value else "is not a time zone"]
            return None

    def cursor(self, name: str) -> int | None:
        value = self.given.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not str(value).isdecimal():
            self.errors[name] = ["is not an id of an object"]
            return None
        return int(str(value))


def _invalid(errors: Mapping[str, Sequence[str]]) -> RefusedError:
    first, reasons = next(iter(errors.items()))
    message = f"{first.capitalize().replace('_', ' ')} {reasons[0]}"
    return RefusedError(422, {"message": message, "errors": errors})
