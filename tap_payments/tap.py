"""The Singer tap: its settings, its streams, and how a run ends."""

from __future__ import annotations

import typing as t
from functools import cached_property
from pathlib import Path

from singer_sdk.exceptions import ConfigValidationError, MappingError
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.tap_base import CliTestOptionValue

from tap_payments.accounts.checks import check_settings
from tap_payments.accounts.defaults import defaults_of, given, resolve_accounts
from tap_payments.errors import Refused, StreamFailed
from tap_payments.http.retries import Policy
from tap_payments.inputs import catalog_problem, checked
from tap_payments.output.batch_settings import batch_problems
from tap_payments.providers import PROVIDERS
from tap_payments.settings import SETTINGS, settings_schema
from tap_payments.streams.sync_windows import SyncWindows
from tap_payments.sync.failures import Failure
from tap_payments.sync.tap import ResilientTap
from tap_payments.windows.bounds import Bounds
from tap_payments.windows.instants import DAY, to_instant
from tap_payments.windows.months import month_named
from tap_payments.windows.watermarks import state_problem

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import click
    from singer_sdk import Stream
    from singer_sdk.plugin_base import _ConfigInput
    from singer_sdk.singerlib import CatalogEntry

    from tap_payments.accounts.account import Account
    from tap_payments.accounts.settings import Settings
    from tap_payments.streams.provider import Provider


class TapPayments(ResilientTap):
    """Payments from the providers that are configured."""

    name = "tap-payments"
    config_jsonschema = settings_schema()
    capabilities: t.ClassVar = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        TapCapabilities.TEST,
        PluginCapabilities.ABOUT,
        PluginCapabilities.BATCH,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    def __init__(self, **options: t.Any) -> None:
        catalog = options.get("catalog")
        if isinstance(catalog, dict) and (problem := catalog_problem(catalog)):
            raise Refused(problem)
        super().__init__(**options)

    # Settings

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """What is wrong with the settings, a line each, without their values."""
        self.append_builtin_config(self.config_jsonschema)
        problems = list(
            check_settings(
                self._config,
                self.config_jsonschema,
                [each.account for each in PROVIDERS],
                self.runtime.clock(),
            )
        )
        if not problems and self._config.get("batch_config") is not None:
            problems.extend(batch_problems(self._config["batch_config"]))
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
        self._config = defaults_of(SETTINGS.to_dict()) | given(self._config)
        return problems

    @property
    def enabled(self) -> list[Provider]:
        """The providers whose objects are present."""
        return [each for each in PROVIDERS if self._config.get(each.name) is not None]

    @cached_property
    def _accounts(self) -> dict[str, list[Account]]:
        found: dict[str, list[Account]] = {}
        for provider in self.enabled:
            resolved = resolve_accounts(provider.settings_schema, self.config[provider.name])
            found[provider.name] = [self._account(provider, settings) for settings in resolved]
            provider.account.acquaint(found[provider.name])
        return found

    def _account(self, provider: Provider, settings: Settings) -> Account:
        return provider.account(
            settings, policy=self._policy(settings), runtime=self.runtime, logger=self.logger
        )

    def _policy(self, settings: Mapping[str, t.Any]) -> Policy:
        return Policy(
            user_agent=self.config.get("user_agent") or f"tap-payments/{self.plugin_version}",
            request_timeout=self.config["request_timeout"],
            max_retries=self.config["max_retries"],
            max_retry_wait=self.config["max_retry_wait"],
            concurrency=settings["concurrency"],
        )

    def accounts_of(self, provider: Provider) -> list[Account]:
        """The configured accounts of a provider; none where the settings are refused."""
        return [] if self._problems else self._accounts.get(provider.name, [])

    @cached_property
    def bounds(self) -> Bounds:
        """What this run may ask for; frozen when it is first asked."""
        now = self.runtime.clock()
        if audit := self.config.get("audit_month"):
            month = month_named(audit, now)
            return Bounds(now, month.since - DAY, month.until + DAY, is_audit=True)
        start, end = self.config.get("start_date"), self.config.get("end_date")
        return Bounds(
            now=now,
            start=to_instant(start) if start else now,
            end=to_instant(end) if end else None,
        )

    # Streams

    def discover_streams(self) -> Sequence[Stream]:
        """The streams of the providers that are configured, or of all; asks nobody."""
        streams: list[Stream] = [
            stream(self, self.accounts_of(provider))
            for provider in self.enabled or PROVIDERS
            for stream in provider.streams
        ]
        if self.config.get("sync_windows") is True:
            streams.append(SyncWindows(self))
        return streams

    def setup_mapper(self) -> None:
        """Fills in the keys that a catalog leaves out, before messages are made of it."""
        for stream in self.streams.values():
            entry = self.catalog.get_stream(stream.name)
            if entry is not None and not entry.key_properties:
                entry.key_properties = type(stream).primary_keys  # type: ignore[assignment]  # a tuple
        super().setup_mapper()

    def unreadable(self) -> Iterator[Failure]:
        """Streams that the catalog selects, of providers that are not configured."""
        catalog: Mapping[str, CatalogEntry] = self.input_catalog or {}
        for provider in PROVIDERS:
            streams: list[t.Any] = [] if provider in self.enabled else list(provider.streams)
            for name in (stream.name for stream in streams):
                entry = catalog.get(name)
                if entry is not None and entry.metadata.resolve_selection()[()]:
                    reason = (
                        f"the catalog selects it, but {provider.name} is not configured: give the "
                        f"object {provider.name}, or deselect the stream"
                    )
                    yield Failure(name, StreamFailed(reason, kind="config"))

    # State and messages

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
        for name, bookmark in state.get("bookmarks", {}).items():
            known["bookmarks"].setdefault(name, bookmark)

    @classmethod
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        """Reads the files with the settings; `ENV` is none."""
        for path in value:
            if path != "ENV":
                with Path(path).open(encoding="utf-8") as file:
                    checked("--config", file)
        return super().cb_config(ctx, param, value)

    @classmethod
    def invoke(
        cls, *, state: t.IO[str] | None = None, catalog: t.IO[str] | None = None, **options: t.Any
    ) -> None:
        """Runs the command.

        Raises:
            Refused: the settings, the state, the catalog or the stream maps cannot be used.
        """
        try:
            super().invoke(
                state=checked("--state", state) if state else None,
                catalog=checked("--catalog", catalog) if catalog else None,
                **options,
            )
        except ConfigValidationError as refusal:
            # The SDK would end its lines with one that says nothing.
            raise Refused(*refusal.errors) from None
        except MappingError as error:
            raise Refused(f"stream_maps: cannot be used ({type(error).__name__})") from None

    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """`--test` asks every account once, `--test=schema` writes the schemas."""
        if value != CliTestOptionValue.All.value:
            super().cb_test(ctx, param, value)
            return
        given = ctx.params["config"]
        cls(config=given.config, parse_env_config=given.parse_env).check()
        ctx.exit()
