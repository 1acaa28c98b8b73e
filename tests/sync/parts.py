"""Partitions of accounts that are asked nothing, for those who listen to a run."""

from __future__ import annotations

import logging

from tap_payments.http.retries import Policy
from tap_payments.providers.spacivox.account import Spacivox
from tap_payments.streams.partition import Partition
from tests.support.clock import Clock


def partition(stream: str = "acme_rows", account: str = "main", **context: str | int) -> Partition:
    """A partition of an account of its own."""
    settings = {"account": account, "api_url": "http://127.0.0.1:9", "access_token": "key"}
    made = Spacivox(
        settings,
        policy=Policy(user_agent="test"),
        runtime=Clock().runtime(),
        logger=logging.getLogger("parts"),
    )
    return Partition(stream, made, {"_account": account, **context})
