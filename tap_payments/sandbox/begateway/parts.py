"""The parts of a beGateway transaction, in the vendor's nesting, with invented contents."""

from __future__ import annotations

from random import Random
from typing import Any

from tap_payments.sandbox.rows.calendar import pick_uuid

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Sandbox/1.0"
ADDRESS = ("address", "country", "city", "zip", "state", "phone", "birth_date")
UNPROVEN = ("eci", "pa_status", "xid", "cavv", "cavv_algorithm")


def envelope(chance: Random, person: int, shop: int, uid: str) -> dict[str, Any]:
    """What every transaction has, before it is processed."""
    named = person % 3 == 0
    return {
        "billing_address": {
            "first_name": "Sandbox" if named else None,
            "last_name": f"Person {person}" if named else None,
            **dict.fromkeys(ADDRESS),
            "country": chance.choice(("BY", "IT", "PL")) if named else None,
        },
        "customer": {
            "ip": f"192.0.2.{person % 255}",
            "email": f"person{person}@example.com" if named else None,
        },
        "payment": {
            "gateway_id": 312,
            "ref_id": None,
            "message": None,
            "status": "incomplete",
            "gateway_name": "Demo",
            "auth_code": None,
            "bank_code": None,
            "rrn": None,
            "billing_descriptor": None,
        },
        "shop": {"id": shop},
        "gateway_note": "",
        "uid": uid,
        "status": "incomplete",
        "message": None,
        "discount_rate": 0.0,
        "transaction_rate": 0.0,
        "pay_to_merchant": 0.0,
        "transaction_fee": 0.0,
        "test": False,
        "description": "Sandbox order",
        "paid_at": None,
        "settled_at": None,
        "manually_corrected_at": None,
    }


def card(chance: Random, person: int, number: int) -> dict[str, Any]:
    """The sections of a payment by card, with its 3-D Secure exchange."""
    secure = {"status": "incomplete", "message": "Authentication Available", "ve_status": "Y"}
    return {
        "payment_method_type": "credit_card",
        "order_id": number,
        "credit_card": {
            "holder": f"SANDBOX CARDHOLDER {person}",
            "token": pick_uuid(chance),
            "brand": chance.choice(("visa", "master", None)),
            "last_4": f"{person:04d}",
            "first_1": "4",
            "bin": "420000",
            "issuer_country": "IT",
            "issuer_name": "SANDBOX BANK",
            "exp_month": person % 12 + 1,
            "exp_year": 2030,
            "product": "VISA",
        },
        "additional_data": {
            "request_id": pick_uuid(chance),
            "browser": _browser(),
            "vendor": {"name": "CTP", "token": f"{chance.getrandbits(256):064x}"},
            "tdsecure": {
                **secure,
                "acs_url": f"https://acs.example.com/pareq/{number}/",
                "pa_req": f"SANDBOX{chance.getrandbits(1600):0400x}",
                "md": str(number),
                "pa_res_url": f"https://gateway.example.com/process/{number}",
                **dict.fromkeys((*UNPROVEN, "fail_reason", "method_process_url")),
            },
            "avs_cvc": {
                "avs_verification": {"result_code": None},
                "cvc_verification": {"result_code": None},
            },
        },
        "three_d_secure_verification": {**dict.fromkeys(UNPROVEN), **secure},
    }


def alternative(chance: Random, person: int, number: int) -> dict[str, Any]:
    """The sections of a payment by another method: its order number is text, with leading zeros."""
    method = chance.choice(("erip", "erip", "sandbox_wallet"))
    section: dict[str, Any] = {"account_number": f"SANDBOX{person:07d}"}
    if method == "erip":
        section |= {"request_id": None, "service_no": 99, "transaction_id": number}
    return {
        "payment_method_type": "alternative",
        "method_type": method,
        "order_id": f"{number:012d}",
        method: section,
        "additional_data": {"request_id": pick_uuid(chance)},
    }


def processed(chance: Random, row: dict[str, Any], status: str, message: str) -> dict[str, Any]:
    """What changes when a transaction ends with `status`."""
    successful = status == "successful"
    payment = {
        **row["payment"],
        "status": status,
        "message": message,
        "auth_code": f"{chance.randrange(1_000_000):06d}" if successful else None,
        "rrn": f"{chance.randrange(10**12):012d}" if successful else None,
    }
    return {"status": status, "message": message, "payment": payment}


def example_row() -> dict[str, Any]:
    """The first row of the vendor's document, with an invented person."""
    chance, uid = Random(0), "20528-f87e29fa35"
    return {
        **envelope(chance, 1, 1, uid),
        **card(chance, 1, 28860),
        "id": 28860,
        "amount": 1000,
        "currency": "USD",
        "tracking_id": None,
        "type": "payment",
        "order_id": 27724,
        "created_at": "2022-01-27T14:07:00Z",
    }


def _browser() -> dict[str, Any]:
    return {
        "screen_width": 1440,
        "screen_height": 900,
        "screen_color_depth": 24,
        "language": "it",
        "java_enabled": False,
        "user_agent": AGENT,
        "time_zone": -180,
        "time_zone_name": "Europe/London",
        "window_height": 666,
        "window_width": 600,
        "accept_header": "application/json",
    }
