"""What Acme's documents say of the fields. https://acme.example/docs/."""

from __future__ import annotations

from tap_payments.rows.fields import instant, key, minor_units, record, section, text

PAYMENTS = record(
    id=key(text("The payment's id.")),
    amount=minor_units("Amount in minor units of `currency`."),
    currency=text("ISO 4217 currency."),
    status=text("pending, paid or refunded."),
    created_at=instant("When the payment was created."),
    payer=section("Who paid. Personal.", email=text("E-mail address."), name=text("Name.")),
)
