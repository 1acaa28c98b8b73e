"""The columns, as tap-payments has them."""

from __future__ import annotations

from singer_sdk import typing as th

MONEY = th.CustomType({"type": ["string", "null"], "format": "x-singer.decimal"})
OPEN = th.ObjectType(additional_properties=True)

ZIMPLER_TRANSACTIONS = th.PropertiesList(
    th.Property("id", th.StringType, required=True),
    th.Property("type", th.StringType, required=True),
    th.Property("product", th.StringType),
    th.Property("approved_at", th.DateTimeType),
    th.Property("amount", MONEY),
    th.Property("country_code", th.StringType),
    th.Property("fee_amount", MONEY),
    th.Property("currency", th.StringType),
    th.Property("ref", th.StringType),
    th.Property("site", th.StringType),
    th.Property("account_ref", th.StringType),
).to_dict()


def _strings(*names: str) -> list[th.Property[str]]:
    return [th.Property(name, th.StringType) for name in names]


BEGATEWAY_TRANSACTIONS = th.PropertiesList(
    th.Property("uid", th.StringType, required=True),
    th.Property("id", th.IntegerType),
    *_strings("payment_method_type", "method_type", "status", "type", "message", "parent_uid"),
    th.Property("amount", th.IntegerType),
    *_strings("currency", "description", "tracking_id", "order_id", "gateway_note"),
    th.Property("discount_rate", th.NumberType),
    th.Property("transaction_rate", th.NumberType),
    th.Property("transaction_fee", th.NumberType),
    th.Property("pay_to_merchant", th.NumberType),
    th.Property("test", th.BooleanType),
    th.Property("created_at", th.DateTimeType),
    th.Property("paid_at", th.DateTimeType),
    th.Property("settled_at", th.DateType),
    th.Property("manually_corrected_at", th.DateTimeType),
    th.Property(
        "billing_address",
        th.ObjectType(
            *_strings("first_name", "last_name", "address", "country", "city", "zip"),
            *_strings("state", "phone", "birth_date"),
        ),
    ),
    th.Property("customer", th.ObjectType(*_strings("ip", "email"))),
    th.Property(
        "payment",
        th.ObjectType(
            th.Property("gateway_id", th.IntegerType),
            *_strings("ref_id", "message", "status", "gateway_name", "auth_code", "bank_code"),
            *_strings("rrn", "billing_descriptor"),
        ),
    ),
    th.Property(
        "credit_card",
        th.ObjectType(
            *_strings("holder", "token", "brand", "last_4", "first_1", "bin", "issuer_country"),
            th.Property("issuer_name", th.StringType),
            th.Property("exp_month", th.IntegerType),
            th.Property("exp_year", th.IntegerType),
            th.Property("product", th.StringType),
        ),
    ),
    th.Property("shop", th.ObjectType(th.Property("id", th.IntegerType))),
    th.Property("additional_data", OPEN),
    th.Property("three_d_secure_verification", OPEN),
).to_dict()

TIKPAY_TAPS = th.PropertiesList(
    *_strings("tapId", "tripId", "customerId", "tappedAt", "receivedAt", "type"),
    *_strings("locationId", "locationTitle", "deviceId", "amount", "currency", "outcome"),
).to_dict()
