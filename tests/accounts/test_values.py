from __future__ import annotations

import pytest

from tap_payments.http.origins import is_loopback
from tests.accounts.settings_box import (
    CANARY,
    Config,
    refusals,
    refusals_of,
    the_line,
)
from tests.support.clock import NOW

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


# Names that nobody knows


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"persnal_data": "drop"}, "persnal_data: unknown setting; did you mean personal_data?"),
        ({"zimplr": {"api_key": CANARY}}, "zimplr: unknown setting; did you mean zimpler?"),
        ({"sunc_windows": True}, "sunc_windows: unknown setting; did you mean sync_windows?"),
        ({"xyz": CANARY}, "xyz: unknown setting"),
        ({"xyz": None}, "xyz: unknown setting"),
        ({CANARY: 1}, "(a name that is no identifier): unknown setting"),
    ],
)
def test_an_unknown_setting_at_the_top_is_refused_with_the_nearest_name(
    config: Config, line: str
) -> None:
    assert refusals(config) == [line]


def test_an_unknown_setting_of_a_provider_is_refused_with_the_nearest_name() -> None:
    (line,) = refusals_of("zimpler", merchant_ld="m")
    assert line == "zimpler.merchant_ld: unknown setting; did you mean merchant_id?"


@pytest.mark.parametrize("name", ["stream_maps", "flattening_enabled", "faker_config"])
def test_settings_that_singer_sdk_declares_are_known(name: str) -> None:
    assert refusals({name: None}) == []


def test_a_start_date_in_the_future_is_refused() -> None:
    assert refusals({"start_date": "2026-03-20"}) == []
    assert refusals({"start_date": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"}) == []
    (line,) = refusals({"start_date": "2026-03-21"})
    assert line == "start_date: lies in the future: there is nothing to read yet"
