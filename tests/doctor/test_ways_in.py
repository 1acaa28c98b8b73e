"""From a wrong key, a wrong way or a wrong address to a configuration that works, by its words."""

from __future__ import annotations

import base64
import re
import typing as t

import pytest

from tests.doctor.box import sandbox_in, visit
from tests.support.server import Answer, Request, Server
from tests.support.taps import settings, sync

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.doctor.box import Json, Visit

CALLED = ("zimpler", "begateway", "spacivox", "tikpay")


def at(url: str, provider: str, folder: Path, *arguments: str) -> Visit:
    """A visit to a provider at another address."""
    with sandbox_in() as sandbox:
        config = sandbox.config(provider)
        config[provider]["api_url"] = url
        if provider == "tikpay":
            config[provider]["token_url"] = f"{url}/oauth2/token"
        return visit(sandbox, config, folder, *arguments)


def obeyed(config: Json, done: Visit) -> bool:
    """Does what the doctor says, word for word; whether there was something to do."""
    said = [fact["advice"] for fact in done.facts.values() if fact["setting"]]
    for provider, name, value in re.findall(r"Set (\w+)\.(\w+) to (\S+)\.(?:\s|$)", " ".join(said)):
        is_text = not re.fullmatch(r"\d+|true|false", value)
        config[provider][name] = (
            value
            if is_text
            else {"true": True, "false": False}.get(
                value, int(value) if value.isdecimal() else None
            )
        )
    return bool(said)


@pytest.mark.parametrize("way", ["bearer", "header"])
def test_its_words_lead_from_a_wrong_key_to_all_rows(tmp_path: Path, way: str) -> None:
    moods = (f"auth_method={way}", "page_cap=90", "days_are_inclusive=no", "order_is_stable=no")
    with sandbox_in("zimpler.ties=yes", *(f"zimpler.{mood}" for mood in moods), days=5) as sandbox:
        config = settings(sandbox, "zimpler", "2026-03-15", api_key="wrong")
        done = visit(sandbox, config, tmp_path)
        assert "zimpler.api_key" in done.facts["authenticated"]["advice"]
        config["zimpler"]["api_key"] = sandbox.config("zimpler")["zimpler"]["api_key"]
        for _ in range(3):
            if not obeyed(config, visit(sandbox, config, tmp_path)):
                break
        run = sync(sandbox, config)
        truth = {(row["id"], row["type"]) for row in sandbox.zimpler.rows("main")}
    assert run.failed is None
    assert {(row["id"], row["type"]) for row in run.rows("zimpler_transactions")} == truth


def test_a_server_that_answers_a_wrong_way_with_400_is_asked_in_the_others(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        is_right = request.headers.get("authorization", "").startswith("Bearer ")
        return Answer({"transactions": []}) if is_right else Answer({"message": "scheme"}, 400)

    with Server(answer) as server:
        done = at(server.url, "zimpler", tmp_path)
    assert done.facts["auth_method"]["advice"] == "Set zimpler.auth_method to bearer."
    assert len(server.requests) == done.accounts[0]["requests"] <= 25


@pytest.mark.parametrize("way", ["basic", "body"])
def test_tikpays_other_way_to_a_token_is_found(tmp_path: Path, way: str) -> None:
    def answer(request: Request) -> Answer:
        if not request.path.endswith("token"):
            return Answer([])
        is_basic = "authorization" in request.headers
        if is_basic is (way == "basic"):
            return Answer({"access_token": "canary-token", "expires_in": 60})
        return Answer({"error": "invalid_client"}, 400)

    with Server(answer) as server:
        done = at(server.url, "tikpay", tmp_path)
        lists = [each for each in server.requests if not each.path.endswith("token")]
    assert len(lists) == done.accounts[0]["requests"] == 1
    advice = done.facts["authenticated"]["advice"]
    assert advice in ("", f"Set tikpay.token_auth_method to {way}.")
    assert done.facts["authenticated"]["verdict"] == "confirmed"


@pytest.mark.parametrize("provider", CALLED)
@pytest.mark.parametrize("answer", [Answer("", 404), Answer("<html>", 200), Answer("", 405)])
def test_a_wrong_address_is_what_is_to_be_checked(
    tmp_path: Path, provider: str, answer: Answer
) -> None:
    with Server(lambda _: answer) as server:
        done = at(server.url, provider, tmp_path)
    assert done.code == 1
    assert done.facts["authenticated"]["verdict"] == "unknown"
    assert f"{provider}.api_url" in done.facts["authenticated"]["advice"]
    assert not [fact for fact in done.facts.values() if "open an issue" in fact["advice"]]


@pytest.mark.parametrize("provider", CALLED)
@pytest.mark.parametrize("status", [401, 403])
def test_a_host_that_another_sends_on_to_is_no_wrong_key(
    tmp_path: Path, provider: str, status: int
) -> None:
    def answer(request: Request) -> Answer:
        if request.path.endswith("token"):
            return Answer({"access_token": "canary-token", "expires_in": 60})
        return Answer("", 307, {"Location": f"{other.url}/x"})

    with Server(lambda _: Answer("", status)) as other, Server(answer) as server:
        done = at(server.url, provider, tmp_path)
        lists = [each for each in server.requests if not each.path.endswith("token")]
    said = done.facts["authenticated"]
    assert said["verdict"] == "unknown"
    assert f"{provider}.api_url" in said["advice"]
    assert "redirected" in said["advice"]
    assert len(lists) + len(other.requests) == done.accounts[0]["requests"]
    assert not [each for each in other.requests if "authorization" in each.headers]


@pytest.mark.parametrize("provider", CALLED)
@pytest.mark.parametrize("most", ["25", "3"])
def test_redirects_are_requests_of_the_budget(tmp_path: Path, provider: str, most: str) -> None:
    body: Json = {"zimpler": {"transactions": [{}, {}]}, "begateway": {"transactions": [{}]}}

    def answer(request: Request) -> Answer:
        if request.path.endswith("token"):
            return Answer({"access_token": "canary-token", "expires_in": 60})
        if request.path.startswith("/on"):
            return Answer(body.get(provider, []))
        return Answer("", 307, {"Location": "/on" + request.target})

    with Server(answer) as server:
        done = at(server.url, provider, tmp_path, "--max-requests", most)
    sent = [each for each in server.requests if not each.path.endswith("token")]
    budget = 1 if provider == "tikpay" else int(most)
    assert 0 < len(sent) == done.accounts[0]["requests"] <= budget


def test_a_key_is_said_in_no_way(tmp_path: Path) -> None:
    key = "canary key 123"
    with sandbox_in() as sandbox, Server(lambda _: Answer({"message": key}, 401)) as server:
        config = sandbox.config("zimpler")
        config["zimpler"] |= {"api_url": server.url, "api_key": key}
        done = visit(sandbox, config, tmp_path)
    packed = base64.b64encode(key.encode()).decode()
    assert not [each for each in (key, packed) if each in done.stdout + done.stderr]
