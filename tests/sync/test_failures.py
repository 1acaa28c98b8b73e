from __future__ import annotations

import logging

import pytest

from tap_payments.errors import QuotaSpent, StreamFailed, SyncFailed
from tap_payments.sync.failures import Failure, Failures, tell
from tests.sync.parts import partition

logger = logging.getLogger("failures")


def test_each_reason_is_said_once_with_all_that_it_concerns() -> None:
    failures = Failures(logger)
    failures.failed(partition(team=1), StreamFailed("GET /x answered 401"))
    failures.failed(partition(team=2), StreamFailed("GET /x answered 401"))
    failures.failed(partition(account="other"), StreamFailed("something else"))
    failures.note(Failure("acme_gone", StreamFailed("nobody has it")))
    with pytest.raises(SyncFailed) as failed:
        failures.raise_all()
    assert str(failed.value) == (
        "acme_rows (account 'main', 1), acme_rows (account 'main', 2): GET /x answered 401; "
        "acme_rows (account 'other'): something else; acme_gone: nobody has it"
    )


def test_without_a_failure_a_run_ends_well() -> None:
    failures = Failures(logger)
    failures.deferred(partition(), QuotaSpent("later"))
    failures.raise_all()


def test_a_quota_defers_a_failure_fails_and_a_bug_is_told_without_its_own_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failures, part = Failures(logger), partition()
    tell(failures, part, QuotaSpent("the quota is used up"))
    tell(failures, part, StreamFailed("no"))
    try:
        raise KeyError("canary")
    except KeyError as error:
        tell(failures, part, error)
    assert [str(each.reason)[:19] for each in failures.found] == ["no", "unexpected KeyError"]
    assert "canary" not in caplog.text
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR", "ERROR"]
