from __future__ import annotations

import logging
import typing as t

import pytest

from tap_payments.accounts.redaction import Redactor, redacting, secrets_of, texts_of

SCHEMA: dict[str, t.Any] = {
    "properties": {
        "api_url": {"type": "string"},
        "api_key": {"type": "string", "secret": True},
        "accounts": {
            "type": "array",
            "items": {"properties": {"api_key": {"type": "string", "secret": True}}},
        },
    }
}


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("nothing to hide", "nothing to hide"),
        ("key=canary-1 and canary-12", "key=*** and ***"),
        ("GET https://x.example/f?sig=s3cr3t&a=1 failed", "GET https://x.example/f?*** failed"),
        (
            "at http://x.example/a?b in 'http://y.example/?c'",
            "at http://x.example/a?*** in 'http://y.example/?***'",
        ),
    ],
)
def test_secrets_and_queries_are_replaced(text: str, cleaned: str) -> None:
    assert Redactor(["canary-1", "canary-12", "abc"]).clean(text) == cleaned


def test_a_short_secret_tears_no_holes() -> None:
    assert Redactor(["abc"]).clean("abc is no secret that can be told from a word") == (
        "abc is no secret that can be told from a word"
    )


def test_secrets_are_found_at_any_depth_and_nothing_else_is() -> None:
    settings = {
        "api_url": "https://x.example",
        "api_key": "one",
        "accounts": [{"api_key": "two"}, {"api_key": None}, {}],
    }
    assert list(secrets_of(settings, SCHEMA)) == ["one", "two"]
    assert texts_of({"a": "long enough", "b": "abc", "c": 7}) == ["long enough"]


def record(message: str, *arguments: t.Any) -> logging.LogRecord:
    return logging.LogRecord("x", logging.INFO, "f", 1, message, arguments, None)


def test_a_record_is_cleaned_with_its_arguments_and_loses_its_traceback() -> None:
    said = record("key %s of %d", "canary", 7)
    try:
        raise ValueError("canary")
    except ValueError as error:
        said.exc_info = (type(error), error, error.__traceback__)
    assert Redactor(["canary"]).filter(said)
    assert said.getMessage() == "key *** of 7"
    assert logging.Formatter().format(said) == "key *** of 7"


def test_a_record_with_the_wrong_arguments_is_cleaned_too() -> None:
    said = record("canary %d %d", "canary")
    assert Redactor(["canary"]).filter(said)
    assert said.getMessage() == "*** %d %d"


def test_every_logger_is_cleaned_for_as_long_as_it_lasts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = logging.getLogger("redaction.test")
    with redacting(["canary"]):
        logger.warning("with %s", "canary")
    logger.warning("without canary")
    assert caplog.messages == ["with ***", "without canary"]
