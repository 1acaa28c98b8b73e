from __future__ import annotations

import base64

import pytest

from tap_payments.http.credentials import Fixed, basic


@pytest.mark.parametrize(
    ("user", "password"), [("user", "password"), ("", ""), ("é", "пароль"), ("u", "a:b")]
)
def test_basic_is_user_and_password_in_utf_8(user: str, password: str) -> None:
    kind, _, token = basic(user, password).partition(" ")
    assert kind == "Basic"
    assert base64.b64decode(token).decode() == f"{user}:{password}"
    assert token.isascii()


def test_fixed_credentials_stay_as_they_are() -> None:
    given = {"X-Key": "k"}
    credentials = Fixed(given)
    given["X-Key"] = "other"
    assert credentials.headers() == {"X-Key": "k"}
    assert credentials.renew() is False
