from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import ReplayError, Sandbox
from tap_payments.sandbox.replay.recording import load
from tests.sandbox.replay.recorder import replaying

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 15, 9, tzinfo=UTC)
HEAD = {
    "version": 1,
    "provider": "zimpler",
    "account": "main",
    "api": "Zimpler v4 reporting",
    "recorded_at": "2026-02-11T22:30:05Z",
    "configured": {"auth_method": "basic", "page_size": 1000},
}
EXCHANGE: dict[str, Any] = {
    "at": "2026-02-11T22:30:06Z",
    "request": {
        "method": "GET",
        "path": "/v4/transactions",
        "auth": "basic",
        "query": {"limit": "1000", "offset": "0", "from_date": "2026-02-10", "site": None},
    },
    "response": {
        "status": 200,
        "milliseconds": 87,
        "headers": {
            "date": "Wed, 11 Feb 2026 22:30:06 GMT",
            "content-type": "application/json",
        },
        "body": {
            "count": 1,
            "transactions": [{"id": "a", "type": "x", "approved_at": "2026-02-10T07:06:11Z"}],
        },
    },
}


def written(folder: Path, head: Any = HEAD, *exchanges: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recording.json").write_text(head if isinstance(head, str) else json.dumps(head))
    for number, each in enumerate(exchanges, 1):
        text = each if isinstance(each, str) else json.dumps(each)
        (folder / f"{number:04d}.json").write_text(text)
    return folder


def test_the_documents_example_is_a_recording(tmp_path: Path) -> None:
    (recording,) = load(written(tmp_path, HEAD, EXCHANGE))
    moved = recording.moved_to(date(2026, 3, 15))
    (exchange,) = moved.exchanges
    assert moved.recorded_at == datetime(2026, 3, 15, 22, 30, 5, tzinfo=UTC)
    assert moved.since == date(2026, 3, 14)
    assert exchange.at == datetime(2026, 3, 15, 22, 30, 6, tzinfo=UTC)
    assert exchange.query["from_date"] == "2026-03-14"
    assert exchange.headers["date"] == "Sun, 15 Mar 2026 22:30:06 GMT"
    assert exchange.body["transactions"][0]["approved_at"] == "2026-03-14T07:06:11Z"


def test_a_folder_of_folders_is_as_many_recordings(tmp_path: Path) -> None:
    for account in ("b", "a"):
        written(tmp_path / f"zimpler.{account}", {**HEAD, "account": account}, EXCHANGE)
    written(tmp_path / "spacivox.main", {**HEAD, "provider": "spacivox"})
    sandbox = replaying(tmp_path, NOW)
    assert {name: list(api.accounts) for name, api in sandbox.apis.items()} == {
        "zimpler": ["a", "b"],
        "spacivox": ["main"],
    }
    with pytest.raises(KeyError):
        sandbox.tikpay.rows("main", kind="TAPS")


def test_the_configuration_has_what_was_configured(tmp_path: Path) -> None:
    written(tmp_path / "1", HEAD, EXCHANGE)
    sandbox = replaying(tmp_path, NOW)
    assert sandbox.config() == {
        "start_date": "2026-03-14",
        "zimpler": {
            "api_url": "/zimpler",
            "merchant_id": "sandbox-merchant-1",
            "api_key": "sandbox-zimpler-key-main",
            "auth_method": "basic",
            "page_size": 1000,
        },
    }
    written(tmp_path / "2", {**HEAD, "account": "b", "configured": {}})
    first, second = replaying(tmp_path, NOW).config()["zimpler"]["accounts"]
    assert (first["account"], first["page_size"]) == ("main", 1000)
    assert "page_size" not in second


def test_an_exchange_without_an_answer_is_left_out(tmp_path: Path) -> None:
    silent = {**EXCHANGE, "response": {"status": 0, "milliseconds": 10_000, "headers": {}}}
    (recording,) = load(written(tmp_path, HEAD, silent, EXCHANGE))
    assert [exchange.status for exchange in recording.exchanges] == [200]


@pytest.mark.parametrize(
    ("head", "word"),
    [
        ("{", "recording.json: it is not JSON"),
        ([], "version 1"),
        ({**HEAD, "version": 2}, "version 1"),
        ({**HEAD, "provider": ""}, "provider, account or recorded_at"),
        ({**HEAD, "account": None}, "provider, account or recorded_at"),
        ({**HEAD, "recorded_at": "today"}, "provider, account or recorded_at"),
        ({**HEAD, "configured": []}, "configured"),
        ({**HEAD, "provider": "paypal"}, "none of zimpler, begateway"),
    ],
)
def test_a_wrong_head_is_named_in_one_line(tmp_path: Path, head: Any, word: str) -> None:
    written(tmp_path, head)
    with pytest.raises(ReplayError, match=word) as caught:
        Sandbox(replay=tmp_path)
    assert str(tmp_path / "recording.json") in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("[", "it is not JSON"),
        ("[]", "request is missing"),
        ({"at": "then"}, "at is no instant"),
        ({"request": {**EXCHANGE["request"], "method": 1}}, "method"),
        ({"request": {**EXCHANGE["request"], "query": []}}, "query is not an object"),
        ({"response": {"status": "200"}}, "status"),
        ({"response": {"status": True}}, "status"),
    ],
)
def test_a_wrong_exchange_is_named_in_one_line(tmp_path: Path, change: Any, word: str) -> None:
    exchange = change if isinstance(change, str) else EXCHANGE | change
    written(tmp_path, HEAD, EXCHANGE, exchange)
    with pytest.raises(ReplayError, match=word) as caught:
        Sandbox(replay=tmp_path)
    assert str(tmp_path / "0002.json") in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rows", [[1], ["x"], [None]])
def test_answers_that_cannot_be_the_vendors_are_refused(tmp_path: Path, rows: Any) -> None:
    response = {**EXCHANGE["response"], "body": {"transactions": rows}}
    written(tmp_path, HEAD, {**EXCHANGE, "response": response})
    with pytest.raises(ReplayError, match="not what Zimpler documents"):
        Sandbox(replay=tmp_path)


def test_a_folder_without_a_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match=r"no recording\.json"):
        Sandbox(replay=tmp_path)
    with pytest.raises(ReplayError, match=r"no recording\.json"):
        Sandbox(replay=tmp_path / "nowhere")


def test_two_recordings_of_one_account_are_refused(tmp_path: Path) -> None:
    written(tmp_path / "1")
    written(tmp_path / "2")
    with pytest.raises(ReplayError, match="same account"):
        Sandbox(replay=tmp_path)
