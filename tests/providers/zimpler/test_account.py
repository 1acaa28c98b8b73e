"""What Zimpler is asked, and by whom: credentials, partner headers, filters."""

from __future__ import annotations

import base64
import typing as t

import pytest

from tap_payments.sandbox import Fault
from tests.providers.zimpler.box import BALANCE, PATH, STREAM, box, put
from tests.support.taps import Run, settings, sync

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox

MERCHANT, KEY = "sandbox-merchant-1", "sandbox-zimpler-key-main"
OWN = {"authorization", "x-api-key", "shop-key", "x-zimpler-techpartner", "x-zimpler-submerchant"}


def sent(sandbox: Sandbox) -> list[dict[str, str]]:
    """The headers of every request that are an account's own."""
    return [
        {name: value for name, value in one.headers.items() if name in OWN}
        for one in sandbox.journal.of("zimpler")
    ]


@pytest.mark.parametrize(
    ("method", "own", "headers"),
    [
        (
            "basic",
            {},
            {"authorization": "Basic " + base64.b64encode(f"{MERCHANT}:{KEY}".encode()).decode()},
        ),
        ("bearer", {"auth_method": "bearer"}, {"authorization": f"Bearer {KEY}"}),
        ("header", {"auth_method": "header"}, {"x-api-key": KEY}),
        ("header", {"auth_method": "header", "api_key_header": "Shop-Key"}, {"shop-key": KEY}),
    ],
)
def test_the_key_travels_as_the_settings_say(
    method: t.Literal["basic", "bearer", "header"], own: dict[str, str], headers: dict[str, str]
) -> None:
    with box() as sandbox:
        sandbox.zimpler.auth_method = method
        sandbox.zimpler.api_key_header = own.get("api_key_header", "X-Api-Key")
        row = put(sandbox, "1", "2026-03-19T10:00:00Z")
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-18", **own))
        assert run.failed is None
        assert run.rows(STREAM) == [row]
        assert sent(sandbox) == [headers] * len(sandbox.journal)
        assert {one.path for one in sandbox.journal} == {PATH, "/v4/current_balance"}


@pytest.mark.parametrize(
    ("own", "headers"),
    [
        ({"tech_partner": "acme"}, {"x-zimpler-techpartner": "acme"}),
        (
            {"tech_partner": "acme", "sub_merchant": "shop"},
            {"x-zimpler-techpartner": "acme", "x-zimpler-submerchant": "shop"},
        ),
        ({"tech_partner": None, "sub_merchant": ""}, {}),
    ],
)
def test_partner_headers_go_with_every_request_where_they_are_set(
    own: dict[str, t.Any], headers: dict[str, str]
) -> None:
    with box() as sandbox:
        assert sync(sandbox, settings(sandbox, "zimpler", "2026-03-18", **own)).failed is None
        assert len(sandbox.journal) == 3
        for each in sent(sandbox):
            assert {name: value for name, value in each.items() if "zimpler" in name} == headers


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ({}, ["1", "2", "3"]),
        ({"country_code": "FI"}, ["2", "3"]),
        ({"site": "b.example"}, ["3"]),
        ({"country_code": "SE", "site": "b.example"}, []),
        ({"country_code": None, "site": None}, ["1", "2", "3"]),
        ({"country_code": "", "site": ""}, ["1", "2", "3"]),
    ],
)
def test_filters_are_sent_only_where_they_are_set(own: dict[str, t.Any], found: list[str]) -> None:
    with box() as sandbox:
        put(sandbox, "1", "2026-03-19T10:00:00Z", country_code="SE", site="a.example")
        put(sandbox, "2", "2026-03-19T11:00:00Z", country_code="FI", site="a.example")
        put(sandbox, "3", "2026-03-19T12:00:00Z", country_code="FI", site="b.example")
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-18", **own))
        assert [row["id"] for row in run.rows(STREAM)] == found
        given = {name: value for name, value in own.items() if value}
        for one in sandbox.journal.of("zimpler", PATH):
            assert one.query.keys() == {
                *("ascending", "limit", "offset", "from_date", "to_date"),
                *given,
            }
            assert {name: one.query[name] for name in given} == given


def test_a_request_says_everything_that_has_a_surprising_default() -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler", "2026-03-18", page_size=250)
        sync(sandbox, config | {"user_agent": "shop/1"})
        asked = sandbox.journal.of("zimpler", PATH)  # two at once: either may arrive first
        closed, today = sorted(asked, key=lambda one: one.query["from_date"])
        assert closed.query == {
            "ascending": "true",
            "limit": "250",
            "offset": "0",
            "from_date": "2026-03-18",
            "to_date": "2026-03-19",
        }
        assert today.query == closed.query | {"from_date": "2026-03-20", "to_date": "2026-03-20"}
        assert {one.headers["user-agent"] for one in sandbox.journal} == {"shop/1"}


def refusal(status: int) -> Run:
    with box() as sandbox:
        sandbox.faults.add(Fault("zimpler", status, path=PATH, times=None))
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-18", concurrency=1))
        assert len(sandbox.journal.of("zimpler", PATH)) == 1
        assert len(run.records(BALANCE)) == 0
        return run


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, ("zimpler.merchant_id", "zimpler.api_key", "zimpler.auth_method")),
        (403, ("zimpler.merchant_id", "zimpler.api_key", "allow-list")),
        (400, ()),
        (404, ()),
        (422, ()),
    ],
)
def test_a_refusal_is_fatal_and_says_what_to_check(status: int, words: tuple[str, ...]) -> None:
    run = refusal(status)
    assert run.failed is not None
    assert run.waits == []
    assert not any("approved_at" in str(state) for state in run.states)
    where = () if status == 403 else ("2026-03-18",)  # a 403 is the endpoint's, not a window's
    for word in (STREAM, "'default'", "GET", PATH, str(status), *where, *words):
        assert word in run.failed
    for secret in (KEY, MERCHANT, "limit=", "ascending"):
        assert secret not in "\n".join([run.failed, *run.log])


def test_a_wrong_key_is_named_and_never_printed() -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler", "2026-03-18", api_key="canary-7193", max_retries=0)
        del config["zimpler"]["max_retries"]
        run = sync(sandbox, config)
        assert run.failed is not None
        assert run.failed.count("check zimpler.merchant_id, zimpler.api_key") == 1
        assert len(sandbox.journal) == 1
        assert "canary" not in "\n".join([run.failed, *run.log])
