"""No secret, token, presigned link or personal value on stderr or in a state, at any log level."""

from __future__ import annotations

import json
import typing as t

import pytest

from tap_payments.sandbox import Sandbox
from tests.support.server import Answer, rest_of
from tests.support.taps import command, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Request, Server
    from tests.support.taps import Row

KEY = "canary-key-5f0c1d7a9e"
TOKEN = "canary-token-77aa01b2c3"
CARD = "4111111111111111"
MAIL = "canary.holder@example.com"
HOLDER = "CANARY CARDHOLDER"
SIGNATURE = "X-Signature=canary-presigned-0099"
CANARIES = (KEY, TOKEN, CARD, MAIL, HOLDER, "canary")

LEVELS = ("DEBUG",)
"""The level at which all is logged that any other shows."""


def config(url: str) -> Row:
    """All providers at one server, every secret a canary."""
    return {
        "start_date": "2026-03-01",
        "end_date": "2026-03-03",
        "max_retries": 0,
        "personal_data": "hash",
        "personal_data_key": KEY,
        "zimpler": {"api_url": url, "merchant_id": "m", "api_key": KEY},
        "begateway": {"api_url": url, "shop_id": "1", "secret_key": KEY},
        "spacivox": {"api_url": url, "access_token": KEY},
        "tikpay": {
            "api_url": url,
            "token_url": f"{url}/oauth2/token",
            "client_id": "c",
            "client_secret": KEY,
            "api_key": KEY,
            "poll_interval": 1,
            "max_wait": 1,
        },
    }


def said(*texts: str | bytes) -> list[str]:
    """The canaries that occur in these texts."""
    whole = "".join(text if isinstance(text, str) else text.decode() for text in texts).lower()
    return [canary for canary in CANARIES if canary.lower() in whole]


BODIES: dict[str, tuple[int, t.Any]] = {
    "unauthorized": (401, {"message": f"the key {KEY} of {MAIL} is unknown"}),
    "refused": (422, {"message": f"card {CARD}", "errors": {"holder": [HOLDER]}}),
    "short": (400, {"message": KEY}),
    "an id": (400, {"errorId": f"{CARD}"}),
    "html": (200, f"<html>{HOLDER} {MAIL}</html>"),
    "another shape": (200, {"holder": HOLDER, "key": KEY}),
    "broken": (503, f'{{"error": "{KEY}"'),
    "a list of texts": (200, [HOLDER, MAIL]),
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", BODIES)
def test_what_a_server_says_is_not_repeated(
    server: Server, tmp_path: Path, case: str, level: str
) -> None:
    status, body = BODIES[case]

    def answer(request: Request) -> Answer:
        if request.path == "/oauth2/token":
            return Answer({"access_token": TOKEN, "expires_in": 3600})
        return Answer(body, status=status)

    server.handler = answer
    own = written(tmp_path, "config.json", config(server.url))
    done = command("--config", own, LOGLEVEL=level, TAP_PAYMENTS_LOGLEVEL=level)
    assert done.code == 1
    assert "begateway_transactions" in done.last_line
    assert said(done.stderr) == []
    assert said(*(line for line in done.stdout.splitlines() if b'"STATE"' in line)) == []


@pytest.mark.parametrize("level", LEVELS)
def test_rows_that_do_not_fit_are_not_repeated(server: Server, tmp_path: Path, level: str) -> None:
    """Unknown fields, drifting types and rows without a key are named, never quoted."""
    person: Row = {
        "uid": "u",
        "customer": MAIL,
        "amount": CARD,
        "surprise": HOLDER,
        "x": {"y": KEY},
    }

    def answer(request: Request) -> Answer:
        rows = [person, {"customer": {"email": MAIL}, "uid": None}]
        if request.path == "/api/reports":
            return Answer({"transactions": rows, "count": 2, "has_more": False})
        if request.path == "/v4/transactions":
            return Answer({"transactions": rest_of([{"id": MAIL, "ref": HOLDER}], request)})
        return Answer([{"id": HOLDER, "amount": {"card": CARD}}])

    server.handler = answer
    own = config(server.url)
    del own["tikpay"]
    path = written(tmp_path, "config.json", own)
    done = command("--config", path, LOGLEVEL=level, TAP_PAYMENTS_LOGLEVEL=level)
    assert done.code == 1
    assert said(done.stderr) == []


@pytest.mark.parametrize("level", LEVELS)
def test_a_failing_stream_map_does_not_quote_the_record(
    server: Server, tmp_path: Path, level: str
) -> None:
    rows = [{"id": "1", "type": "t", "ref": HOLDER}]
    server.handler = lambda request: Answer({"transactions": rest_of(rows, request)})
    own = config(server.url)
    for provider in ("begateway", "spacivox", "tikpay"):
        del own[provider]
    own["stream_maps"] = {"zimpler_transactions": {"x": "int(ref)"}}
    path = written(tmp_path, "config.json", own)
    done = command("--config", path, LOGLEVEL=level, TAP_PAYMENTS_LOGLEVEL=level)
    assert done.code == 1
    assert "stream_maps" in done.last_line
    assert said(done.stderr) == []


REFUSED: dict[str, Row] = {
    "a wrong type": {"zimpler": {"merchant_id": 1, "api_key": [KEY]}},
    "an unknown setting": {"zimpler": {"merchant_id": "m", "api_key": KEY, "secret": KEY}},
    "a wrong account": {
        "spacivox": {"api_url": "https://x.org", "accounts": [{"access_token": 5, "key": KEY}]}
    },
    "a URL with credentials": {
        "spacivox": {"api_url": f"https://u:{KEY}@x.org", "access_token": KEY}
    },
    "a line break": {"spacivox": {"api_url": "https://x.org", "access_token": f"{KEY}\n"}},
    "a provider that is a text": {"begateway": KEY},
    "a wrong enumeration": {"personal_data": KEY, "zimpler": {"merchant_id": "m", "api_key": KEY}},
    "a date that is none": {"start_date": KEY, "zimpler": {"merchant_id": "m", "api_key": KEY}},
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_settings_are_named_and_not_quoted(tmp_path: Path, case: str) -> None:
    path = written(tmp_path, "config.json", REFUSED[case])
    done = command("--config", path, LOGLEVEL="DEBUG", TAP_PAYMENTS_LOGLEVEL="DEBUG")
    assert done.code == 1
    assert done.stdout == b""
    assert said(done.stderr) == []
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("level", LEVELS)
def test_presigned_links_and_tokens_of_a_whole_run_are_nowhere(tmp_path: Path, level: str) -> None:
    """The sandbox's own secrets, tokens and links, over a run of all providers."""
    with Sandbox(days=3) as sandbox:
        sandbox.tikpay.job_seconds = 0
        settings = sandbox.config()
        settings["tikpay"]["poll_interval"] = 1
        path = written(tmp_path, "config.json", settings)
        done = command("--config", path, LOGLEVEL=level, TAP_PAYMENTS_LOGLEVEL=level)
        assert done.code == 0, done.stderr
        secrets = {
            value
            for api in sandbox.apis.values()
            for keys in api.accounts.values()
            for name, value in keys.items()
            if name not in ("merchant_id", "shop_id", "client_id")
        }
        tokens = {request.bearer for request in sandbox.journal.of("tikpay") if request.bearer}
        assert len(tokens) == 1
        links = {
            value
            for request in sandbox.journal.of("tikpay-downloads")
            for name, value in request.query.items()
            if name.startswith("X-")
        }
        assert links
        for output in (done.stderr, done.stdout.decode()):
            found = [hidden for hidden in secrets | tokens | links if hidden in output]
            assert found == []
        people = [json.loads(line) for line in done.stdout.splitlines() if b"email" in line]
        assert people
        assert "@example.com" not in done.stderr
