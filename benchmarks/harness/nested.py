"""beGateway's transactions: the vendor's example, about 2,730 bytes, with contents that differ."""

from __future__ import annotations

import base64
import json
import typing as t

from harness.rows import Rows, make_rows

if t.TYPE_CHECKING:
    import random

PER_DAY = (900, 1100)
FIRST_ID = 28_860
PA_REQ = 430
AGENTS = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/96.0.4664.110",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:89.0) Gecko/20100101 Firefox/89.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5",
)
STATUSES = ("successful", "successful", "successful", "failed", "incomplete")
UNPROVEN = dict.fromkeys(("eci", "pa_status", "xid", "cavv", "cavv_algorithm"))


def make_nested(count: int) -> Rows:
    """`count` transactions, about a thousand a day, with ids that ascend by one."""
    return make_rows(count, PER_DAY, _render)


def _render(chance: random.Random, number: int, instant: str) -> str:
    bits = chance.getrandbits(640)
    digits = f"{bits:0160x}"
    person, amount = bits % 40_000, (bits >> 16) % 900_000 + 100
    status = STATUSES[(bits >> 40) % 5]
    paid = status == "successful"
    named = person % 2 == 0
    verified = {"status": status, "message": "Authentication Available", "ve_status": "Y"}
    row = {
        "billing_address": {
            "first_name": f"Name{person}" if named else None,
            "last_name": f"Surname{person}" if named else None,
            "address": f"{person % 200} Example Street" if named else None,
            "country": "BY" if named else None,
            "city": "Minsk" if named else None,
            "zip": f"{person:06d}" if named else None,
            "state": None,
            "phone": f"+375 00 {person:07d}" if named else None,
            "birth_date": None,
        },
        "customer": {
            "ip": f"192.0.2.{person % 255}",
            "email": f"person{person}@example.com" if named else None,
        },
        "payment": {
            "gateway_id": 312,
            "ref_id": f"{bits >> 60 & 0xFFFFFFFF}" if paid else None,
            "message": "Successfully processed" if paid else None,
            "status": status,
            "gateway_name": "Demo",
            "auth_code": f"{(bits >> 30) % 1_000_000:06d}" if paid else None,
            "bank_code": "00" if paid else None,
            "rrn": f"{(bits >> 50) % 10**12:012d}" if paid else None,
            "billing_descriptor": None,
        },
        "credit_card": {
            "holder": f"CARDHOLDER {person}",
            "token": f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}",
            "brand": ("visa", "master", None)[person % 3],
            "last_4": f"{person % 10_000:04d}",
            "first_1": "4",
            "bin": "420000",
            "issuer_country": "IT",
            "issuer_name": "INVESTBANK",
            "exp_month": person % 12 + 1,
            "exp_year": 2030,
            "product": "VISA",
        },
        "shop": {"id": 1},
        "gateway_note": "",
        "uid": f"{FIRST_ID + number}-{digits[32:42]}",
        "id": FIRST_ID + number,
        "payment_method_type": "credit_card",
        "status": status,
        "message": "Successfully processed" if paid else None,
        "amount": amount,
        "discount_rate": 2.5 if paid else 0.0,
        "transaction_rate": 0.0,
        "pay_to_merchant": (amount * 39 // 40) / 100,
        "transaction_fee": (amount // 40) / 100,
        "test": False,
        "currency": ("USD", "EUR", "BYN")[person % 3],
        "description": f"Order {number}",
        "tracking_id": f"cart-{number}" if named else None,
        "type": "payment",
        "order_id": 27_724 + number,
        "created_at": instant,
        "paid_at": instant if paid else None,
        "settled_at": None,
        "manually_corrected_at": None,
        "additional_data": {
            "request_id": f"{digits[42:50]}-{digits[50:54]}-{digits[54:58]}-{digits[58:70]}",
            "browser": {
                "screen_width": 1440,
                "screen_height": 900,
                "screen_color_depth": 24,
                "language": "it",
                "java_enabled": False,
                "user_agent": AGENTS[person % 3],
                "time_zone": -180,
                "time_zone_name": "Europe/London",
                "window_height": 666,
                "window_width": 600,
                "accept_header": "application/json",
            },
            "vendor": {"name": "CTP", "token": digits[70:134]},
            "tdsecure": {
                **verified,
                "acs_url": f"https://acs.example.com/pareq/{number}/{digits[134:160]}/",
                "pa_req": base64.b64encode(chance.randbytes(PA_REQ * 3 // 4)).decode(),
                "md": f"{42_877 + number}",
                "pa_res_url": f"https://gateway.example.com/process/{FIRST_ID + number}",
                **UNPROVEN,
                "fail_reason": None,
                "method_process_url": None,
            },
            "avs_cvc": {
                "avs_verification": {"result_code": None},
                "cvc_verification": {"result_code": None},
            },
        },
        "three_d_secure_verification": {**UNPROVEN, **verified},
    }
    return json.dumps(row, separators=(",", ":"))
