"""What beGateway's documents say of the fields.

https://doc.begateway.com/en/payment_management/reports/paginated_report/
"""

from __future__ import annotations

from tap_payments.rows.fields import (
    day,
    decimal,
    flag,
    instant,
    integer,
    key,
    listing,
    minor_units,
    record,
    section,
    text,
)

BILLING_ADDRESS = section(
    "The payer's billing address. Personal, but for the country.",
    first_name=text("First name."),
    last_name=text("Last name."),
    middle_name=text("Middle name."),
    address=text("Street address."),
    country=text("ISO 3166-1 alpha-2 country."),
    city=text("City."),
    zip=text("Postal code."),
    state=text("State or province."),
    phone=text("Phone number."),
    birth_date=text("Date of birth."),
)

CUSTOMER = section(
    "The payer. Personal.",
    ip=text("IP address of the payment."),
    email=text("E-mail address."),
    device_id=text("The customer's device."),
    birth_date=text("Date of birth."),
)

PAYMENT = section(
    "How the acquirer or payment method answered.",
    gateway_id=integer("The gateway that processed the transaction."),
    ref_id=text("The acquirer's reference."),
    message=text("The acquirer's message."),
    status=text("Status of the processing."),
    gateway_name=text("Name of the gateway."),
    auth_code=text("Authorization code."),
    bank_code=text("The bank's response code."),
    rrn=text("Retrieval reference number."),
    billing_descriptor=text("What the card holder's statement shows."),
)

CREDIT_CARD = section(
    "The card, where the payment was by card. Holder, token and stamp are personal.",
    holder=text("Card holder."),
    token=text("The card's token."),
    stamp=text("A fingerprint of the card's number."),
    brand=text("Card brand."),
    sub_brand=text("Card sub-brand."),
    last_4=text("Last four digits."),
    first_1=text("First digit."),
    bin=text("The first six digits."),
    bin_8=text("The first eight digits."),
    issuer_country=text("ISO 3166-1 alpha-2 country of the issuer."),
    issuer_name=text("Name of the issuer."),
    exp_month=integer("Month of expiry, 1 to 12."),
    exp_year=integer("Year of expiry, four digits."),
    product=text("Card product."),
    token_provider=text("Who tokenized the card."),
)

BROWSER = section(
    "The payer's browser.",
    screen_width=integer("Pixels."),
    screen_height=integer("Pixels."),
    screen_color_depth=integer("Bits."),
    language=text("The browser's language."),
    java_enabled=flag("Whether Java is enabled."),
    user_agent=text("User agent. Personal."),
    time_zone=integer("Minutes from UTC."),
    time_zone_name=text("IANA time zone."),
    window_height=integer("Pixels."),
    window_width=integer("Pixels."),
    accept_header=text("The Accept header."),
)

THREE_D_SECURE_VERIFICATION = section(
    "Result of the 3-D Secure verification.",
    eci=text("Electronic commerce indicator."),
    pa_status=text("Payer authentication status."),
    xid=text("Transaction id of the authentication."),
    cavv=text("Cardholder authentication verification value."),
    cavv_algorithm=text("Algorithm of the cavv."),
    ve_status=text("Verify enrolment status."),
    message=text("Message of the verification."),
    status=text("Status of the verification."),
)

TDSECURE = section(
    "The 3-D Secure exchange.",
    status=text("Status of the exchange."),
    message=text("Message of the exchange."),
    ve_status=text("Verify enrolment status."),
    acs_url=text("The issuer's access control server."),
    pa_req=text("The payer authentication request. Personal."),
    md=text("Merchant data."),
    pa_res_url=text("Where the answer was sent."),
    eci=text("Electronic commerce indicator."),
    pa_status=text("Payer authentication status."),
    xid=text("Transaction id of the authentication."),
    cavv=text("Cardholder authentication verification value."),
    cavv_algorithm=text("Algorithm of the cavv."),
    fail_reason=text("Why it failed."),
    method_process_url=text("Where the method is processed."),
)

AVS_CVC = section(
    "Results of the address and card code checks.",
    avs_verification=section("Address check.", result_code=text("Its result.")),
    cvc_verification=section("Card code check.", result_code=text("Its result.")),
)

ADDITIONAL_DATA = section(
    "What else the gateway knows of the transaction.",
    request_id=text("Id of the request."),
    notifications=listing("What the payer was told by.", text("Such as email.")),
    receipt_text=listing("What the receipt says besides.", text("A line.")),
    browser=BROWSER,
    vendor=section(
        "Who handed the card data over.",
        name=text("Name of the vendor."),
        token=text("The vendor's token. Personal."),
    ),
    tdsecure=TDSECURE,
    avs_cvc=AVS_CVC,
)

# https://docs.bepaid.by/en/payment_methods/apms/erip/webhooks/
ERIP = section(
    "ERIP's part of the payment, for payments by ERIP.",
    request_id=text("ERIP's id of the request; a text, since it may have leading zeros."),
    service_no=text("The service's number at the gateway; a text, also where it is a number."),
    service_no_erip=text("The service's number in ERIP."),
    account_number=text("Account number. Personal."),
    transaction_id=text("ERIP's id of the transaction; a text, also where it is a number."),
    agent_code=text("The agent that took the payment."),
    instruction=listing("The way to the service in ERIP's tree.", text("One way.")),
    service_info=listing("What the payer was shown of the service.", text("A line.")),
    receipt=listing("What the payer's receipt says.", text("A line.")),
)

# In the order of the vendor's example, which is the fastest to read; then what others document.
# The sections of other methods, which nobody documents, arrive in _extra: a section without
# declared members would be an open object, which a third of the loaders drop or refuse.
TRANSACTIONS = record(
    billing_address=BILLING_ADDRESS,
    customer=CUSTOMER,
    payment=PAYMENT,
    credit_card=CREDIT_CARD,
    shop=section("The shop.", id=integer("The shop's id.")),
    gateway_note=text("The gateway's note."),
    uid=key(text("The transaction's id at the gateway.")),
    id=integer("The transaction's id in the report."),
    payment_method_type=text("credit_card, or the alternative payment method."),
    status=text("successful, failed, incomplete, pending, expired, error ..."),
    message=text("Message of the processing."),
    amount=minor_units("Amount in minor units of `currency` (its exponent differs: JPY 0, KWD 3)."),
    discount_rate=decimal("Discount rate, percent."),
    transaction_rate=decimal("Fee per transaction, as agreed; its unit is not documented."),
    pay_to_merchant=decimal("What the merchant is paid, in minor units of `currency`."),
    transaction_fee=decimal("Fee of this transaction, in minor units of `currency`."),
    test=flag("Whether it is a test."),
    currency=text("ISO 4217 currency."),
    description=text("Description of the payment."),
    tracking_id=text("The merchant's own id; a text, also where it is sent as a number."),
    type=text("What it is: payment, authorization, capture, void, refund, chargeback ..."),
    order_id=text("Id of the order; a text, since some methods send leading zeros."),
    created_at=instant("When the transaction was created, UTC."),
    paid_at=instant("When it was paid, UTC."),
    settled_at=day("The day on which it was settled."),
    manually_corrected_at=instant("When it was last corrected by hand, UTC."),
    additional_data=ADDITIONAL_DATA,
    three_d_secure_verification=THREE_D_SECURE_VERIFICATION,
    parent_uid=text("The transaction that this one refers to, such as the refunded payment."),
    subscription_id=text("The subscription that the payment belongs to."),
    method_type=text("The alternative payment method."),
    converted_amount=minor_units("Amount in minor units of `converted_currency`."),
    converted_currency=text("ISO 4217 currency that the amount was converted to."),
    updated_at=instant("When it was last updated, UTC."),
    expired_at=instant("When it expires or expired, UTC."),
    closed_at=instant("When it was closed, UTC."),
    recurring_type=text("initial or recurring."),
    language=text("Language of the payment page."),
    receipt_url=text("Where the receipt is."),
    code=text("The gateway's response code, such as S.0000."),
    friendly_message=text("The message for the payer."),
    status_code=text("The processing's status code."),
    erip=ERIP,
    avs_cvc=AVS_CVC,
    smart_routing_verification=section("Result of the routing rules.", status=text("The result.")),
)

PERSONAL = (
    "billing_address.* - country",
    "customer.*",
    "credit_card.holder",
    "credit_card.token",
    "credit_card.stamp",
    "additional_data.browser.user_agent",
    "additional_data.tdsecure.pa_req",
    "additional_data.vendor.token",
    "*.account_number",
    "*.iban",
    "*.phone",
    "*.email",
)

TEXTS_SENT_AS_NUMBERS = (
    *("order_id", "tracking_id"),
    *("discount_rate", "transaction_rate", "pay_to_merchant", "transaction_fee"),
    *("erip.request_id", "erip.service_no", "erip.service_no_erip", "erip.transaction_id"),
)
