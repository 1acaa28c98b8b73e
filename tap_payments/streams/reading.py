"""One reading of a window, as the thread that reads it has it."""

from __future__ import annotations

import typing as t

from tap_payments.http.calls import Statistics

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tap_payments.accounts.account import Account
    from tap_payments.accounts.settings import Settings
    from tap_payments.http.calls import Call
    from tap_payments.rows.codec import RowCodec
    from tap_payments.streams.partition import Context, Partition
    from tap_payments.streams.run import Run
    from tap_payments.windows.window import Window

T = t.TypeVar("T")


class Reading:
    """Whom to ask for what, how the answer's rows are decoded, and what it has cost so far.

    `window` is None where a partition is not read by windows.
    """

    def __init__(
        self, partition: Partition, codec: RowCodec, run: Run, window: Window | None = None
    ) -> None:
        self.partition = partition
        self.codec = codec
        self.run = run
        self.window = window
        self.statistics = Statistics()
        self.received = 0
        """Bytes of the answers that were taken so far."""
        self.began = run.runtime.clock()

    @property
    def account(self) -> Account:
        """The account that is asked."""
        return self.partition.account

    @property
    def settings(self) -> Settings:
        """The account's settings."""
        return self.partition.account.settings

    @property
    def context(self) -> Context:
        """The partition's context."""
        return self.partition.context

    def fetch(
        self,
        call: Call,
        decode: Callable[[bytes], T] | None = None,
        *,
        splittable: bool = False,
    ) -> T:
        """The answer to a call, decoded as a page of the stream unless told otherwise.

        Raises:
            StreamFailed: the API refused, or retries did not help.
            WindowTooLong: a `splittable` call asks for more than the API can answer.
            Cancelled: nobody needs the answer any more.
        """
        answer, size = self.account.client.fetch(
            call,
            lambda body: ((decode or self.codec.decode)(body), len(body)),
            statistics=self.statistics,
            cancelled=self.run.cancelled,
            splittable=splittable,
        )
        self.received += size
        return answer
