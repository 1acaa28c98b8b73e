"""A run that one failure does not end: every stream of every account has its turn."""

from __future__ import annotations

import abc
import logging
import sys
import threading
import time
import typing as t
from dataclasses import replace
from functools import cached_property, partial

from singer_sdk import Tap
from singer_sdk.exceptions import (
    AbortedSyncFailedException,
    AbortedSyncPausedException,
    ConfigValidationError,
)

from tap_payments.accounts.redaction import redacting, secrets_of
from tap_payments.errors import QuotaSpent, StreamFailed, SyncFailed, unexpected
from tap_payments.output.states import States
from tap_payments.output.stopping import ReaderGone, Stopped, last_words
from tap_payments.output.writer import Writer
from tap_payments.runtime import Runtime
from tap_payments.streams.stream import ProviderStream
from tap_payments.streams.windowed import IncrementalStream
from tap_payments.sync.progress import Progress

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tap_payments.accounts.account import Provider
    from tap_payments.streams.stream import Context
    from tap_payments.windows.window import Bounds


class ResilientTap(Tap):
    """A tap over accounts that fail on their own, and that ends as a whole line.

    A subclass says which accounts there are and what this run may ask them for.
    """

    message_writer_class = Writer

    def __init__(self, *, runtime: Runtime | None = None, **options: t.Any) -> None:
        self.runtime = replace(runtime or Runtime(), on_wait=self._on_wait)
        self.cancelled = threading.Event()
        self.failures: list[tuple[str, Context, StreamFailed]] = []
        super().__init__(**options)
        self.states = States(self.writer, self.runtime.clock)
        self._state_writer = self.states  # type: ignore[assignment]  # has the SDK's one method

    @abc.abstractmethod
    def accounts_of(self, provider: type[Provider]) -> list[Provider]:
        """The configured accounts of a provider."""

    @property
    @abc.abstractmethod
    def bounds(self) -> Bounds:
        """What this run may ask for; frozen when it starts."""

    @property
    def writer(self) -> Writer:
        """Where messages go."""
        return t.cast("Writer", self.message_writer)

    @cached_property
    def progress(self) -> Progress:
        """Bars where stderr is a terminal, log lines elsewhere."""
        if not sys.stderr.isatty():
            return Progress(self.logger)
        from tap_payments.sync.bars import BarProgress  # noqa: PLC0415 - only where it is seen

        self.metrics_logger.setLevel(logging.WARNING)
        return BarProgress(self.logger, logging.getLogger().handlers)

    def _on_wait(self, reason: str, seconds: float) -> None:
        self.progress.waiting(reason, seconds)

    def attempt(self, stream: ProviderStream, context: Context, work: Callable[[], None]) -> None:
        """Does one stream's work for one partition; its failure does not stop the others."""
        accounts = {each.account: each for each in self.accounts_of(stream.provider)}
        account = accounts[context["_account"]]
        line = self.progress.line(stream.name, account.account)
        total, began = account.client.total, time.monotonic()
        before = stream.written, total.requests, total.retries
        try:
            work()
        except (AbortedSyncFailedException, AbortedSyncPausedException):
            raise
        except QuotaSpent as deferral:
            self.logger.warning("%s: %s", stream.label(context), deferral)
        except StreamFailed as failure:
            line.failed = True
            self._fail(stream, context, failure)
        except Exception as error:  # noqa: BLE001 - a bug in one stream leaves the others be
            self.writer.shield.check()
            line.failed = True
            self._fail(stream, context, unexpected(error))
        finally:
            self.progress.ended()
            line.rows += stream.written - before[0]
            line.requests += total.requests - before[1]
            line.retries += total.retries - before[2]
            line.seconds += time.monotonic() - began
            line.watermark = stream.delivered_until(account)

    def _fail(self, stream: ProviderStream, context: Context, failure: StreamFailed) -> None:
        self.failures.append((stream.name, context, failure))
        self.logger.error("%s failed: %s", stream.label(context), failure)

    def sync_all(self) -> None:  # type: ignore[misc]  # final upstream, where the first failure ends it
        """Syncs every selected stream.

        Raises:
            SyncFailed: some of them failed, after all had their turn.
            ConfigValidationError: `start_date` is missing.
        """
        if not any(stream.selected for stream in self.streams.values()):
            self.logger.warning("The catalog selects no stream of the configured providers")
        windowed = [
            stream.name
            for stream in self.streams.values()
            if stream.selected and isinstance(stream, IncrementalStream)
        ]
        if windowed and not (self.config.get("start_date") or self.config.get("audit_month")):
            raise ConfigValidationError(
                "The settings are refused",
                errors=[f"start_date: required to sync {', '.join(windowed)}"],
                schema=self.config_jsonschema,
            )
        _ = self.bounds
        try:
            with self._redacting():
                super().sync_all()
        except ReaderGone:
            raise
        except Stopped as stopped:
            with last_words(stopped.code):
                self.progress.finished()
                self.states.finish(self.state)
            raise
        except Exception:
            self.states.finish(self.state)
            raise
        self.progress.finished()
        self.states.finish(self.state)
        self.raise_failures()

    def raise_failures(self) -> None:
        """Ends a run in which something failed.

        Raises:
            SyncFailed: its message names each stream and account, and each reason once.
        """
        by_reason: dict[str, list[str]] = {}
        for name, context, failure in self.failures:
            stream = t.cast("ProviderStream", self.streams[name])
            by_reason.setdefault(str(failure), []).append(stream.label(context))
        if by_reason:
            raise SyncFailed(
                "; ".join(f"{', '.join(names)}: {reason}" for reason, names in by_reason.items())
            )

    def check(self) -> None:
        """Asks each account once per stream, for the newest window, and delivers nothing.

        Raises:
            SyncFailed: an account refuses; the message says which, and why.
        """
        with self._redacting():
            for stream in self.streams.values():
                if isinstance(stream, ProviderStream):
                    self._check_stream(stream)
        self.raise_failures()

    def _check_stream(self, stream: ProviderStream) -> None:
        for account in self.accounts_of(stream.provider):
            before = len(self.failures)
            context = {"_account": account.account}
            self.attempt(stream, context, partial(stream.probe, account))
            if len(self.failures) == before:
                self.logger.info("%s: ok", stream.label(context))

    def _redacting(self) -> AbstractContextManager[None]:
        return redacting(secrets_of(self._config, self.config_jsonschema))

    def _handle_termination(self, signum: int, frame: t.Any) -> None:
        self.writer.shield.on_signal(signum, frame)
