"""What Spacivox's documents say of the fields. https://spacivox.com/apidocs/."""

from __future__ import annotations

from tap_payments.rows.fields import (
    decimal,
    instant,
    integer,
    key,
    listing,
    money,
    record,
    section,
    text,
)

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

CALL_RECORDS = record(
    agent=integer("The agent who took the call; none where nobody did."),
    broadcast_duration=integer("Seconds in which a recording was played."),
    campaign=integer("The campaign that the job belongs to."),
    direction=text("outgoing or incoming."),
    error=integer(
        "0 succeeded, 1 bad number, 2 outside business hours, 3 voicemail, 4 relay failed, "
        "5 abandoned, 6 no agent, 7 busy, 8 no answer, 9 congestion, 10 policy violation."
    ),
    id=key(integer("The call's unique id.")),
    job=integer("The job for which the call was made."),
    label=text("The label that the agent gave to the call."),
    local_number=text("The campaign's own telephone number."),
    number=text("The contact's telephone number. Personal."),
    reference=text("The merchant's reference for the job, unique within the campaign."),
    talk_duration=integer("Seconds of talk with an agent."),
    team=integer("The call's team."),
    timestamp=instant("The call's date and time."),
    wait_duration=integer("Seconds in which the contact waited for an agent."),
)

TEXT_RECORDS = record(
    campaign=integer("The campaign that the job belongs to."),
    id=key(integer("The text message's unique id.")),
    job=integer("The job for which it was sent."),
    number=text("The contact's telephone number. Personal."),
    portal=integer("The portal that it leads to."),
    reference=text("The merchant's reference for the job, unique within the campaign."),
    state=integer("0 to 3; the tap takes it as it comes."),
    team=integer("The text message's team."),
    timestamp=instant("The text message's date and time."),
)

JOBS = record(
    address_lines=listing("The contact's address. Personal.", {"type": ["string", "null"]}),
    appointment=instant("The appointment that was made with the contact."),
    campaign=integer("The campaign that the job belongs to."),
    city=text("The contact's city. Personal."),
    country=text("The contact's ISO 3166-1 alpha-2 country, such as FR."),
    created_at=instant("When the job was created."),
    data=section("What the merchant keeps of the contact, under names of its own. Personal."),
    email=text("The contact's e-mail address. Personal."),
    id=key(integer("The job's unique id.")),
    label=text("The label that the job was given."),
    name=text("The contact's name. Personal."),
    numbers=listing("The contact's telephone numbers. Personal.", {"type": ["string", "null"]}),
    postal_code=text("The contact's postal code. Personal."),
    reference=text("The merchant's reference for the job, unique within the campaign."),
    state=integer("0 queued, 1 calling, 2 succeeded, 3 failed, 4 cancelled."),
    url=text("The contact's page in the merchant's system. Personal."),
    value=decimal("What the job is worth, in major units; the API does not say the currency."),
    _observed_at=instant("When the tap began to read, UTC: a job does not say when it changed."),
)

PERSONAL_IN_JOBS = (
    "name", "email", "numbers", "address_lines", "city", "postal_code", "data", "url",
)  # fmt: skip
