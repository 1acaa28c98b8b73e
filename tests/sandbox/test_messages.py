from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from tap_payments.sandbox.messages import Answer, Journal, RefusedError, Request

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
PAIR = base64.b64encode(b"user:pass:word").decode()


def request(authorization: str = "", path: str = "/a") -> Request:
    headers = {"authorization": authorization} if authorization else {}
    return Request(NOW, "acme", "GET", path, headers=headers)


@pytest.mark.parametrize(
    ("authorization", "bearer", "basic"),
    [
        ("", None, None),
        ("Bearer abc", "abc", None),
        ("bearer  abc ", "abc", None),
        (f"Basic {PAIR}", None, ("user", "pass:word")),
        ("Basic %%%", None, None),
        (f"Basic {base64.b64encode(b'nocolon').decode()}", None, None),
        (f"Digest {PAIR}", None, None),
    ],
)
def test_who_asks(authorization: str, bearer: str | None, basic: tuple[str, str] | None) -> None:
    found = request(authorization)
    assert (found.bearer, found.basic) == (bearer, basic)


def test_json_is_said_to_be_json_and_bytes_are_json_already() -> None:
    assert Answer.of_json({"a": 1}).body == b'{"a":1}'
    answer = Answer.of_json(b"[1]", 201, {"X": "y"})
    assert (answer.status, answer.body) == (201, b"[1]")
    assert answer.headers == {"Content-Type": "application/json", "X": "y"}


def test_a_refusal_has_its_answer() -> None:
    refused = RefusedError(422, {"message": "no"})
    assert (refused.answer.status, refused.answer.body) == (422, b'{"message":"no"}')


def test_a_journal_is_oldest_first_and_knows_providers_and_paths() -> None:
    journal = Journal()
    for path in ("/a", "/b/1", "/b/2"):
        journal.append(request(path=path))
    assert [each.path for each in journal.of("acme", "/b")] == ["/b/1", "/b/2"]
    assert journal.of("other") == []
    assert journal[0].path == "/a"
    assert [each.path for each in journal[-2:]] == ["/b/1", "/b/2"]
    journal.clear()
    assert len(journal) == 0
