"""What fails ends one partition; the run goes on, and says so at its end."""

from __future__ import annotations

import contextlib
import typing as t

from tap_payments.errors import QuotaSpent, StreamFailed, SyncFailed, unexpected
from tap_payments.sync.events import Events
from tap_payments.sync.routes import Failed

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterator

    from tap_payments.output.stopping import Shield
    from tap_payments.streams.partition import Partition
    from tap_payments.sync.flight import Flight


class Failure(t.NamedTuple):
    """What failed, by its name in messages, and why; None: it is no partition."""

    name: str
    reason: StreamFailed
    partition: Partition | None = None


class Failures(Events):
    """Logs what fails or is deferred, and remembers the failures for the end of the run."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self.found: list[Failure] = []

    def deferred(self, partition: Partition, deferral: QuotaSpent) -> None:
        """Warns."""
        self._logger.warning("%s: %s", partition.label, deferral)

    def failed(self, partition: Partition, failure: StreamFailed) -> None:
        """Logs the failure."""
        self.note(Failure(partition.label, failure, partition))

    def note(self, failure: Failure) -> None:
        """Logs a failure, also of something that is no partition."""
        self.found.append(failure)
        self._logger.error("%s failed: %s", failure.name, failure.reason)

    @property
    def has_refusals(self) -> bool:
        """Whether an account was refused."""
        return any(failure.reason.status in (401, 403) for failure in self.found)

    def raise_all(self) -> None:
        """Ends a run in which something failed.

        Raises:
            SyncFailed: its message names all that failed, each reason once.
        """
        by_reason: dict[str, list[str]] = {}
        for failure in self.found:
            by_reason.setdefault(str(failure.reason), []).append(failure.name)
        if by_reason:
            raise SyncFailed(
                "; ".join(f"{', '.join(names)}: {reason}" for reason, names in by_reason.items())
            )


def tell(events: Events, partition: Partition, error: Exception) -> None:
    """Tells why a partition ends early: its quota is spent, or it failed."""
    if isinstance(error, QuotaSpent):
        events.deferred(partition, error)
    elif isinstance(error, StreamFailed):
        events.failed(partition, error)
    else:
        events.failed(partition, unexpected(error))


def hand_out(
    flight: Flight,
    arrive: Callable[[t.Any, t.Any, t.Any], None],
    events: Events,
    shield: Shield,
) -> None:
    """Gives all that a flight reads to `arrive`; whatever fails ends its partition and no other."""
    with contextlib.closing(iter(flight)) as arrivals, _signals_first(shield):
        for course, job, item in arrivals:
            try:
                if isinstance(item, Failed):
                    raise item.error
                arrive(course, job, item)
            except Exception as error:  # noqa: BLE001 - a bug in one stream leaves the others be
                shield.check()
                tell(events, course.partition, error)
                flight.drop(course)


@contextlib.contextmanager
def _signals_first(shield: Shield) -> Iterator[None]:
    """Lets a signal end the run where its exception became another one on its way."""
    try:
        yield
    except Exception:
        shield.check()
        raise
