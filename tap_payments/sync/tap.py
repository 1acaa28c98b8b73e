"""A run that one failure does not end: every stream of every account has its turn."""

from __future__ import annotations

import abc
import contextlib
import logging
import sys
import threading
import typing as t
from collections import Counter
from dataclasses import replace
from functools import cached_property

from singer_sdk import Tap
from singer_sdk.exceptions import ConfigValidationError

from tap_payments.accounts.redaction import redacting, secrets_of
from tap_payments.output.batch_files import BatchFiles
from tap_payments.output.states import States
from tap_payments.output.stopping import ReaderGone, Stopped, last_words
from tap_payments.output.writer import Writer
from tap_payments.runtime import Runtime
from tap_payments.streams.incremental import IncrementalStream
from tap_payments.streams.run import Run
from tap_payments.streams.stream import ProviderStream
from tap_payments.streams.sync_windows import SyncWindows
from tap_payments.sync.courses import ask, plan_probes, plan_routes, read_course
from tap_payments.sync.delivery import Delivery, key_of
from tap_payments.sync.events import Events, Everybody
from tap_payments.sync.failures import Failures, hand_out
from tap_payments.sync.flight import Flight
from tap_payments.sync.progress import Progress
from tap_payments.sync.routes import Over
from tap_payments.sync.summary import Summary
from tap_payments.windows.watermarks import Watermarks

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from singer_sdk import Stream

    from tap_payments.streams.partition import Partition
    from tap_payments.sync.courses import Probe
    from tap_payments.sync.failures import Failure
    from tap_payments.sync.routes import Route
    from tap_payments.windows.bounds import Bounds


class ResilientTap(Tap):
    """A tap over accounts that fail on their own, and that ends as a whole line.

    A subclass says what this run may ask them for. `listener` hears what happens in the run.
    """

    message_writer_class = Writer

    def __init__(
        self,
        *,
        runtime: Runtime | None = None,
        listener: Events | None = None,
        **options: t.Any,
    ) -> None:
        self.runtime = replace(runtime or Runtime(), on_wait=self._on_wait)
        self._here = threading.local()
        self._listener = listener or Events()
        super().__init__(**options)
        self.failures = Failures(self.logger)
        self.states = States(self.writer, self.runtime.clock)
        self._state_writer = self.states  # type: ignore[assignment]  # has the SDK's one method

    @property
    @abc.abstractmethod
    def bounds(self) -> Bounds:
        """What this run may ask for; frozen when it starts."""

    @property
    def writer(self) -> Writer:
        """Where messages go."""
        return t.cast("Writer", self.message_writer)

    @cached_property
    def run(self) -> Run:
        """What streams are given of this run; its time is the instant when it is first asked."""
        watermarks = Watermarks(t.cast("dict[str, t.Any]", self.state))
        return Run(self.bounds, watermarks, self.runtime, threading.Event())

    # Who hears of it

    @cached_property
    def progress(self) -> Progress:
        """Bars where stderr is a terminal, log lines elsewhere."""
        if not sys.stderr.isatty():
            return Progress(self.logger)
        from tap_payments.sync.bars import BarProgress  # noqa: PLC0415 - only where it is seen

        self.metrics_logger.setLevel(logging.WARNING)
        return BarProgress(self.logger, logging.getLogger().handlers)

    @cached_property
    def summary(self) -> Summary:
        """What the run gives and costs."""
        return Summary(self._delivered_until)

    @cached_property
    def events(self) -> Events:
        """Everybody who hears what happens in the run."""
        return Everybody(self.failures, self.progress, self.summary, self._listener)

    def _delivered_until(self, partition: Partition) -> str:
        stream = t.cast("ProviderStream", self.streams[partition.stream])
        return stream.delivered_until(partition.account, self.run)

    def _on_wait(self, reason: str, seconds: float) -> None:
        self.events.waiting(getattr(self._here, "partition", None), reason, seconds)

    # The run

    def sync_all(self) -> None:  # type: ignore[misc]  # final upstream, where the first failure ends it
        """Syncs every selected stream.

        Raises:
            SyncFailed: some of them failed, after all had their turn.
            ConfigValidationError: `start_date` is missing.
        """
        streams = [stream for stream in self.streams.values() if stream.selected]
        if not streams and not any(self.unreadable()):
            self.logger.warning("The catalog selects no stream of the configured providers")
        self._check_start_date(streams)
        try:
            with self.states.ending(self.state), self._redacting():
                self._sync(streams)
        except ReaderGone:
            raise
        except Stopped as stopped:
            with last_words(stopped.code):
                self.states.finish(self.state)
                self.progress.finished(self.summary)
            raise
        self.progress.finished(self.summary)
        self.failures.raise_all()

    def run_sync_dry_run(  # type: ignore[misc]  # final upstream, where streams sync themselves
        self,
        dry_run_record_limit: int | None = None,  # noqa: ARG002
        streams: Iterable[Stream] | None = None,
    ) -> bool:
        """Syncs these streams, or all, whole: a limit would leave the rest of a window behind."""
        chosen = list(self.streams.values() if streams is None else streams)
        for stream in chosen:
            stream.selected = True
        self._sync(chosen)
        return not self.failures.found

    def _check_start_date(self, streams: Iterable[Stream]) -> None:
        windowed = [each.name for each in streams if isinstance(each, IncrementalStream)]
        if windowed and not (self.config.get("start_date") or self.config.get("audit_month")):
            raise ConfigValidationError(
                "The settings are refused",
                errors=[f"start_date: required to sync {', '.join(windowed)}"],
                schema=self.config_jsonschema,
            )

    def unreadable(self) -> Iterator[Failure]:
        """What the catalog selects and these settings cannot read."""
        yield from ()

    def _sync(self, streams: Sequence[Stream]) -> None:
        for failure in self.unreadable():
            self.failures.note(failure)
        if self.state:
            self.write_state()
        for stream in streams:
            if isinstance(stream, IncrementalStream):
                stream.doubt_state(self.run)
        windows = [each for each in streams if isinstance(each, SyncWindows)]
        chosen = [each for each in streams if isinstance(each, ProviderStream)]
        routes = plan_routes(chosen, self.run)
        batches = self.config.get("batch_config")
        files = BatchFiles.of(batches, self.writer, self.runtime.clock) if batches else None
        delivery = Delivery(
            self.run,
            self.writer,
            self.events,
            write_state=self.write_state,
            sync_windows=windows[0] if windows else None,
            files=files,
            parts=Counter(key_of(each) for route in routes for each in route.courses),
        )

        with files.ending() if files else contextlib.nullcontext():
            self._fly(routes, read_course, delivery.arrive)
            delivery.finish()

    def write_state(self) -> None:
        """Writes a STATE message, if the state has changed since the last and one is due."""
        self.states.write_state(self.state)

    def check(self) -> None:
        """Asks each account once per selected stream, for the newest window; delivers nothing.

        Raises:
            SyncFailed: an account refuses; the message says which, and why.
        """
        with self._redacting():
            selected = [each for each in self.streams.values() if each.selected]
            self.probe([each for each in selected if isinstance(each, ProviderStream)])
        if self.failures.has_refusals:
            self.logger.warning(
                "tap-payments-doctor finds out which settings an account that refuses would "
                "accept: run it with the same --config"
            )
        self.failures.raise_all()

    def probe(self, streams: Sequence[ProviderStream]) -> None:
        """Asks each account of these streams once per stream, and logs those that answer."""

        def arrive(probe: Probe, _job: None, item: t.Any) -> None:
            if isinstance(item, Over) and not probe.cancelled.is_set():
                self.logger.info("%s: ok", probe.partition.label)

        self._fly(plan_probes(streams, self.run), ask, arrive)

    def _fly(
        self,
        routes: Sequence[Route],
        read: Callable[[t.Any, t.Any], Iterator[tuple[t.Any, int]]],
        arrive: Callable[[t.Any, t.Any, t.Any], None],
    ) -> None:
        """Reads all routes at the same time; whatever fails ends its course and no other."""

        def read_here(course: t.Any, job: t.Any) -> Iterator[tuple[t.Any, int]]:
            self._here.partition = course.partition
            return read(course, job)

        self.events.planned([each.partition for route in routes for each in route.courses])
        flight = Flight(routes, read_here, crew=lambda account: account.policy.concurrency)
        hand_out(flight, arrive, self.events, self.writer.shield)

    def _redacting(self) -> AbstractContextManager[None]:
        return redacting(secrets_of(self._config, self.config_jsonschema))

    def _handle_termination(self, signum: int, frame: t.Any) -> None:
        self.writer.shield.on_signal(signum, frame)
