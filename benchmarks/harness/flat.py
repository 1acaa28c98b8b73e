"""Zimpler's transactions: flat rows of about 262 bytes."""

from __future__ import annotations

import typing as t

from harness.rows import Rows, make_rows

if t.TYPE_CHECKING:
    import random

PER_DAY = (850, 999)
KINDS = (
    ("deposit", "zimpler_bank", ""),
    ("deposit", "zimpler-wallet", ""),
    ("withdrawal", "withdrawal", "-"),
    ("recurring-charge", "zimpler-wallet", ""),
)
COUNTRIES = (("SE", "SEK"), ("FI", "EUR"), ("DE", "EUR"), ("NL", "EUR"))
SITES = ("example.com", "example.org", "example.net")


def make_flat(count: int) -> Rows:
    """`count` transactions; a day's fit one page, a week's take seven."""
    return make_rows(count, PER_DAY, _render)


def _render(chance: random.Random, number: int, instant: str) -> str:
    bits = chance.getrandbits(192)
    name = f"{bits & (1 << 128) - 1:032x}"
    bits >>= 128
    kind, product, sign = KINDS[bits & 3]
    country, currency = COUNTRIES[bits >> 2 & 3]
    cents, fee = (bits >> 4) % 2_000_000 + 100, (bits >> 25) % 650 + 50
    return (
        f'{{"id":"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}",'
        f'"type":"{kind}","product":"{product}","approved_at":"{instant}",'
        f'"amount":"{sign}{cents // 100}.{cents % 100:02d}","country_code":"{country}",'
        f'"fee_amount":"-{fee // 100}.{fee % 100:02d}","currency":"{currency}",'
        f'"ref":"{number:06d}","site":"{SITES[(bits >> 40) % 3]}",'
        f'"account_ref":"{bits >> 44:05x}"}}'
    )
