"""A partition: the part of a stream that is read on its own."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from tap_payments.accounts.account import Account

Context = dict[str, t.Any]
"""What names a partition in the state."""


@dataclass(frozen=True, eq=False)
class Partition:
    """A stream of one account, or one series of it: what has a watermark and can fail alone."""

    stream: str
    account: Account
    context: Context
    series: str = "all"

    @property
    def label(self) -> str:
        """The partition in messages: its stream, its account, and what else tells it apart."""
        account, *others = self.context.values()
        return f"{self.stream} (" + ", ".join([f"account '{account}'", *map(str, others)]) + ")"
