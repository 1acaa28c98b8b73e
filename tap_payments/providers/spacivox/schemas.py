"""What Spacivox's documents say of the fields. https://spacivox.com/apidocs/."""

from __future__ import annotations

from tap_payments.rows.fields import instant, integer, key, money, record, text

PAYMENT_TRANSACTIONS = record(
    amount=money("Amount in major units; the API does not say the currency."),
    campaign=integer("The campaign that the job belongs to."),
    id=key(text("The payment transaction's unique id.")),
    job=integer("The job for which the payment was made."),
    reference=text("The merchant's reference for the job, unique within the campaign."),
    state=integer("0 started, 1 succeeded, 2 failed."),
    team=integer("The payment transaction's team."),
    timestamp=instant("The payment transaction's date and time."),
)

TEAMS = record(
    id=key(integer("The team's id.")),
    name=text("The team's name."),
)
