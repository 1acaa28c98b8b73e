from __future__ import annotations

import pytest

from tap_payments.errors import AccountFailed, Refused, StreamFailed, TapError, unexpected


def test_a_bug_is_told_by_its_kind_and_place_and_not_by_its_own_words() -> None:
    try:
        raise KeyError("canary")
    except KeyError as bug:
        failure = unexpected(bug)
    assert str(failure) == "unexpected KeyError at test_errors.py:10; please report it"
    assert failure.kind == "system"


def test_an_accounts_failure_is_the_same_in_each_of_its_streams() -> None:
    first = AccountFailed("GET /x answered 401", kind="config", status=401)
    again = first.again()
    assert again is not first
    assert (str(again), again.kind, again.status) == (str(first), "config", 401)


def test_every_problem_of_a_refusal_is_in_its_message() -> None:
    refused = Refused("one", "two")
    assert (str(refused), refused.problems) == ("one; two", ("one", "two"))


@pytest.mark.parametrize("failure", [StreamFailed("x"), Refused("x"), AccountFailed("x")])
def test_what_the_tap_raises_has_one_base(failure: Exception) -> None:
    assert isinstance(failure, TapError)
