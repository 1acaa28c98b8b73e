"""The Singer tap: its settings, its streams, and how a run ends."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
import typing as t
from dataclasses import replace
from functools import cached_property, partial

from singer_sdk import Tap
from singer_sdk.exceptions import (
    AbortedSyncFailedException,
    AbortedSyncPausedException,
    ConfigValidationError,
)
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.singerlib import StateMessage
from singer_sdk.tap_base import CliTestOptionValue

from tap_payments.core.errors import QuotaSpent, StreamFailed, SyncFailed
from tap_payments.core.http import Policy
from tap_payments.core.progress import Progress
from tap_payments.core.redaction import redacting, secrets_of
from tap_payments.core.runtime import Runtime
from tap_payments.core.settings import check_settings, defaults_of, resolve_accounts
from tap_payments.core.stopping import ReaderGone, Stopped
from tap_payments.core.sync_windows import SyncWindows
from tap_payments.core.values import to_instant
from tap_payments.core.watermarks import state_problem
from tap_payments.core.windowed import IncrementalStream
from tap_payments.core.windows import Bounds
from tap_payments.core.writer import Writer
from tap_payments.providers import PROVIDERS
from tap_payments.settings import SETTINGS, settings_schema

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    import click
    from singer_sdk import Stream

    from tap_payments.core.provider import Provider
    from tap_payments.core.streams import Context, ProviderStream
    from tap_payments.core.windowed import WindowOutcome


class TapPayments(Tap):
    """Payments from Zimpler, beGateway, Spacivox and Tikpay."""

    name = "tap-payments"
    config_jsonschema = settings_schema()
    capabilities: t.ClassVar = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        TapCapabilities.TEST,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]
    message_writer_class = Writer

    def __init__(self, *, runtime: Runtime | None = None, **options: t.Any) -> None:
        self.runtime = replace(runtime or Runtime(), on_wait=self._on_wait)
        self.cancelled = threading.Event()
        self.failures: list[tuple[str, Context, StreamFailed]] = []
        super().__init__(**options)

    # Settings

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """What is wrong with the settings, a line each, without their values."""
        self.append_builtin_config(self.config_jsonschema)
        problems = list(check_settings(self._config, self.config_jsonschema, PROVIDERS))
        if not problems and not self.enabled:
            names = ", ".join(provider.name for provider in PROVIDERS)
            problems.append(
                f"no provider is configured: give at least one of the objects {names}. "
                "To try the tap without an account: tap-payments-sandbox --write-config FILE, "
                "then tap-payments --config FILE"
            )
        if problems and raise_errors:
            raise ConfigValidationError(
                "The settings are refused", errors=problems, schema=self.config_jsonschema
            )
        self._problems = problems
        self._config = {**defaults_of(SETTINGS.to_dict()), **self._config}
        return problems

    @property
    def enabled(self) -> list[type[Provider]]:
        """The providers whose objects are present."""
        return [each for each in PROVIDERS if self._config.get(each.name) is not None]

    @cached_property
    def _accounts(self) -> dict[str, list[Provider]]:
        return {
            provider.name: [
                provider(own, policy=self._policy(own), runtime=self.runtime, logger=self.logger)
                for own in resolve_accounts(provider.settings, self.config[provider.name])
            ]
            for provider in self.enabled
        }

    def _policy(self, own: Mapping[str, t.Any]) -> Policy:
        return Policy(
            user_agent=self.config.get("user_agent") or f"tap-payments/{self.plugin_version}",
            request_timeout=self.config["request_timeout"],
            max_retries=self.config["max_retries"],
            max_retry_wait=self.config["max_retry_wait"],
            concurrency=own["concurrency"],
        )

    def accounts_of(self, provider: type[Provider]) -> list[Provider]:
        """The configured accounts of a provider; none where the settings are refused."""
        return [] if self._problems else self._accounts.get(provider.name, [])

    @cached_property
    def bounds(self) -> Bounds:
        """What this run may ask for; frozen when it is first asked."""
        start, end = self.config.get("start_date"), self.config.get("end_date")
        now = self.runtime.clock()
        return Bounds(
            now=now,
            start=to_instant(start) if start else now,
            end=to_instant(end) if end else None,
        )

    # Streams

    def discover_streams(self) -> Sequence[Stream]:
        """The streams of the providers that are configured, or of all; asks nobody."""
        streams: list[Stream] = [
            stream(self, provider)
            for provider in self.enabled or PROVIDERS
            for stream in provider.streams
        ]
        if self.config.get("sync_windows") is True:
            streams.append(SyncWindows(self))
        return streams

    # State and messages

    @property
    def writer(self) -> Writer:
        """Where messages go."""
        return t.cast("Writer", self.message_writer)

    def load_state(self, state: dict[str, t.Any]) -> None:
        """Takes a state over whole: what this version does not know is passed on.

        Raises:
            ConfigValidationError: it is not a state.
        """
        if problem := state_problem(state):
            raise ConfigValidationError(
                "The state is refused", errors=[f"the state cannot be read: {problem}"], schema={}
            )
        super().load_state(state)
        known = t.cast("dict[str, t.Any]", self.state)
        for key, value in state.items():
            known.setdefault(key, value)

    def write_state(self) -> None:
        """Writes a STATE message, if the state has changed since the last."""
        self.state_writer.write_state(self.state)

    def record_window(
        self,
        stream: ProviderStream,
        account: Provider,
        context: Context,
        outcome: WindowOutcome,
    ) -> None:
        """Notes a window that closed in `sync_windows`, where that is selected."""
        windows = self.streams.get(SyncWindows.name)
        if isinstance(windows, SyncWindows):
            windows.record(
                stream=stream.name,
                account=account.account,
                series=stream.series(context),
                outcome=outcome,
            )

    # The run

    @cached_property
    def progress(self) -> Progress:
        """Bars where stderr is a terminal, log lines elsewhere."""
        if not sys.stderr.isatty():
            return Progress(self.logger)
        from tap_payments.core.bars import BarProgress  # noqa: PLC0415 - only where it is seen

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
            line.failed = True
            self._fail(stream, context, _bug(error))
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
        windowed = [
            stream.name
            for stream in self.streams.values()
            if stream.selected and isinstance(stream, IncrementalStream)
        ]
        if windowed and not self.config.get("start_date"):
            raise ConfigValidationError(
                "The settings are refused",
                errors=[f"start_date: required to sync {', '.join(windowed)}"],
                schema=self.config_jsonschema,
            )
        _ = self.bounds
        try:
            with self._redacting():
                super().sync_all()
        except Stopped as stopped:
            if not isinstance(stopped, ReaderGone):
                self.message_writer.write_message(StateMessage(value=self.state))
            raise
        finally:
            self.progress.finished()
        self.raise_failures()

    def raise_failures(self) -> None:
        """Ends a run in which something failed.

        Raises:
            SyncFailed: its message names each stream and account with the reason.
        """
        if self.failures:
            raise SyncFailed(
                "; ".join(
                    f"{t.cast('ProviderStream', self.streams[name]).label(context)}: {failure}"
                    for name, context, failure in self.failures
                )
            )

    def check(self) -> None:
        """Asks each account once per stream, for the newest window, and delivers nothing.

        Raises:
            SyncFailed: an account refuses; the message says which, and why.
        """
        with self._redacting():
            for stream in self.streams.values():
                if not isinstance(stream, SyncWindows):
                    self._check_stream(t.cast("ProviderStream", stream))
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

    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """`--test` asks every account once, `--test=schema` writes the schemas."""
        if value != CliTestOptionValue.All.value:
            super().cb_test(ctx, param, value)
            return
        given = ctx.params["config"]
        cls(config=given.config, parse_env_config=given.parse_env).check()
        ctx.exit()

    def _handle_termination(self, signum: int, frame: t.Any) -> None:
        self.writer.shield.on_signal(signum, frame)


def _bug(error: Exception) -> StreamFailed:
    """An unexpected error as a failure; its own message may hold a value of the data."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
    return StreamFailed(
        f"unexpected {type(error).__name__} at {where}; please report it", kind="system"
    )
