from __future__ import annotations

import pytest

from tap_payments.http.origins import is_loopback
from tests.accounts.settings_box import (
    CANARY,
    refusals,
    refusals_of,
    the_line,
)

# URLs


URLS = [("zimpler", "api_url"), ("begateway", "api_url"), ("spacivox", "api_url")]
URLS += [("tikpay", "api_url"), ("tikpay", "token_url")]


@pytest.mark.parametrize(("provider", "setting"), URLS)
@pytest.mark.parametrize(
    "value",
    [
        "https://api.example",
        "https://api.example/",
        "https://api.example:8443/v1/",
        "HTTPS://API.EXAMPLE",
        "https://[2001:db8::1]/x",
        "http://localhost:8080",
        "http://127.0.0.1:1/x",
        "http://127.8.9.1",
        "http://[::1]:80",
        "http://LOCALHOST",
    ],
)
def test_https_is_accepted_and_http_to_loopback(provider: str, setting: str, value: str) -> None:
    assert refusals_of(provider, **{setting: value}) == []


@pytest.mark.parametrize(("provider", "setting"), URLS)
@pytest.mark.parametrize(
    "value",
    [
        f"http://{CANARY}.example",
        f"http://10.0.0.1/{CANARY}",
        f"http://127.0.0.1.{CANARY}.example",
        f"http://localhost.{CANARY}.example",
        f"http://127.1/{CANARY}",
        f"http://0.0.0.0/{CANARY}",
        f"http://[::]/{CANARY}",
        f"http://{CANARY}@127.0.0.1",
        f"https://user:{CANARY}@api.example",
        f"https://:{CANARY}@api.example",
        f"https://api.example/?key={CANARY}",
        f"https://api.example/#{CANARY}",
        f"ftp://{CANARY}.example",
        f"file:///{CANARY}",
        f"{CANARY}.example/v1",
        f"//{CANARY}.example",
        f"https:///{CANARY}",
        f"https://[{CANARY}",
        f"https://api.example:{CANARY}",
        "https://api.example:99999",
        "https://",
        " ",
    ],
)
def test_any_other_url_is_refused(provider: str, setting: str, value: str) -> None:
    the_line(refusals_of(provider, **{setting: value}), f"{provider}.{setting}")
    lines = refusals_of(provider, accounts=[{setting: value}])
    the_line(lines, f"{provider}.accounts[0].{setting}")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("::1", True),
        ("0.0.0.0", False),  # noqa: S104 - a name to judge, nothing to listen on
        ("::", False),
        ("10.0.0.1", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_alone(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


# Dates and personal data


@pytest.mark.parametrize("setting", ["start_date", "end_date"])
@pytest.mark.parametrize(
    "value",
    [
        CANARY,
        f"2026-01-31 {CANARY}",
        "31.01.2026",
        "2026-02-30",
        "2026-13-01",
        "1769832000",
        " ",
        "0001-01-01T00:00:00+05:00",
        "2026-01-31T25:00:00Z",
    ],
)
def test_what_is_no_date_is_refused(setting: str, value: str) -> None:
    problem = the_line(refusals({setting: value}), setting)
    assert problem == "must be a date or a date-time, such as 2026-01-31"


@pytest.mark.parametrize("value", ["2026-01-31", "2026-01-31T04:00:00Z", "2026-01-31 04:00", ""])
@pytest.mark.parametrize("setting", ["start_date", "end_date"])
def test_a_date_or_a_date_time_is_accepted(setting: str, value: str) -> None:
    assert refusals({setting: value}) == []


@pytest.mark.parametrize(
    ("start", "end", "accepted"),
    [
        ("2026-01-01", "2026-01-02", True),
        ("2026-01-01", "2026-01-01T00:00:01", True),
        ("2026-01-01T05:00:00+05:00", "2026-01-01T00:00:01Z", True),
        ("2026-01-01", "2026-01-01", False),
        ("2026-01-02", "2026-01-01", False),
        ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+05:00", False),
    ],
)
def test_the_end_lies_after_the_start(start: str, end: str, *, accepted: bool) -> None:
    lines = refusals({"start_date": start, "end_date": end})
    assert lines == ([] if accepted else ["end_date: must be after start_date"])


@pytest.mark.parametrize("key", [None, ""])
def test_hash_needs_its_key(key: str | None) -> None:
    lines = refusals({"personal_data": "hash", "personal_data_key": key})
    assert the_line(lines, "personal_data_key").startswith("required")
    assert refusals({"personal_data": "hash", "personal_data_key": "k"}) == []
    assert refusals({"personal_data": "drop", "personal_data_key": key}) == []
