"""What Zimpler's documents say of the fields. https://zimpler.github.io/v4-api/reporting/."""

from __future__ import annotations

from tap_payments.rows.fields import instant, key, money, record, text

TRANSACTIONS = record(
    id=key(text("The transaction's id; a withdrawal may share that of its deposit.")),
    type=key(text("What it is: deposit, withdrawal, recurring-charge, refund ...")),
    product=text("The Zimpler product, such as zimpler_bank."),
    approved_at=instant("When it was approved. Only approved transactions are listed."),
    amount=money("Amount in major units of `currency`; negative for money paid out."),
    country_code=text("ISO 3166-1 alpha-2 country, such as SE."),
    fee_amount=money("Zimpler's fee in major units of `currency`; negative."),
    currency=text("ISO 4217 currency, such as EUR."),
    ref=text("The merchant's own reference."),
    site=text("The merchant's site."),
    account_ref=text("Reference of the customer's account. Personal."),
)

CURRENT_BALANCE = record(
    currency=key(text("ISO 4217 currency, such as SEK.")),
    total=money("The whole balance in major units of `currency`."),
    pending=money("What of it is pending."),
    available=money("What of it is available."),
    _observed_at=instant("When the tap asked, UTC."),
)
