"""A row that a run has delivered is the same row, however it was read the second time."""

from __future__ import annotations

import pytest

from tests.providers.begateway.box import STREAM, box, config, put
from tests.support.taps import Row, sync

BEFORE = "2026-03-20T00:00:00.000000Z"


@pytest.mark.parametrize("beside", [{}, {"surprise": 1}, {"amount": "ten"}])
def test_a_row_beside_one_that_does_not_fit_is_not_delivered_again(beside: Row) -> None:
    partitions = [
        {
            "context": {"_account": "default", "payment_method_type": "credit_card", "pass": name},
            "replication_key": "created_at",
            "replication_key_value": BEFORE,
        }
        for name in ("created", "paid", "settled", "corrected")
    ]
    with box() as sandbox:
        put(sandbox, 1, "2026-03-20 09:00:00", paid_at="2026-03-20T09:05:00.000Z")
        put(sandbox, 2, "2026-03-20 09:01:00", paid_at=None, **beside)
        run = sync(
            sandbox,
            config(sandbox, payment_method_types=["credit_card"]),
            state={"bookmarks": {STREAM: {"partitions": partitions}}},
        )
        assert run.failed is None
        assert [row["uid"] for row in run.rows(STREAM)] == ["uid-1", "uid-2"]
