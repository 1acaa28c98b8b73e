"""The rows of Spacivox's documents, with invented people."""

from __future__ import annotations

from typing import Any

_SHARED: dict[str, Any] = {
    "campaign": 1,
    "job": 1,
    "reference": "123456",
    "team": 1,
    "timestamp": "2015-01-06T10:21:14.243Z",
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "payment_transactions": {
        "amount": "12.34",
        "id": "1832d01c-661c-4c1d-abab-1d88c645d8e3",
        "state": 0,
        **_SHARED,
    },
    "call_records": {
        "agent": 1,
        "direction": "outgoing",
        "error": 0,
        "id": 1,
        "label": None,
        "number": "+33639980000",
        "talk_duration": 84,
        "wait_duration": 0,
        **_SHARED,
    },
    "text_records": {"id": 1, "number": "+33639980000", "portal": None, "state": 0, **_SHARED},
    "jobs": {
        "address_lines": ["1 rue du Bac \xe0 sable"],
        "appointment": None,
        "campaign": 28,
        "city": "Paris",
        "country": "FR",
        "created_at": "2016-11-04T19:11:34.985Z",
        "data": {"some_property": "some value"},
        "email": "contact@example.com",
        "id": 14,
        "label": None,
        "name": "Sandbox Contact",
        "numbers": ["+33199000001", "+33639980000"],
        "postal_code": "75001",
        "reference": "1234567",
        "state": 0,
        "url": "https://crm.example.com/customers/1234567",
        "value": 123.45,
    },
}
