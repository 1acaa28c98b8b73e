"""What the sandbox is, apart from being served: the APIs, their clock, faults and journal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from tap_payments.sandbox.api import Api, Origins
from tap_payments.sandbox.begateway import BeGateway
from tap_payments.sandbox.clock import Clock
from tap_payments.sandbox.configuration import to_variables, write_config, write_env
from tap_payments.sandbox.faults import Faults
from tap_payments.sandbox.messages import Journal
from tap_payments.sandbox.moods import Moods
from tap_payments.sandbox.replay.recording import by_provider, load
from tap_payments.sandbox.replay.teaching import teach
from tap_payments.sandbox.spacivox import Spacivox
from tap_payments.sandbox.tikpay import Tikpay
from tap_payments.sandbox.zimpler import Zimpler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tap_payments.sandbox.messages import Answer, Request

A = TypeVar("A", bound=Api)


class Served(Generic[A]):
    """A world's API of one provider: `World.zimpler` is this, `world.zimpler` is the API."""

    def __init__(self, api: type[A]) -> None:
        self.api = api

    def __get__(self, world: World, _: type[World]) -> A:
        api = world.apis[self.api.name]
        if isinstance(api, self.api):
            return api
        raise AttributeError(self.api.name)


class Place(NamedTuple):
    """What answers requests whose path begins with a name, and whose API it is."""

    api: Api
    answer: Callable[[Request], Answer]


class World:
    """The APIs and what they share.

    `seed` None is an empty data set. `days` is the history before the first day of the clock.
    `accounts` is a number for each provider, or their names by provider; what is not named has
    the accounts that its API has by default. `replay` is a folder of recordings, which are served
    instead of invented data; ReplayError where they cannot be.
    """

    zimpler = Served(Zimpler)
    begateway = Served(BeGateway)
    spacivox = Served(Spacivox)
    tikpay = Served(Tikpay)

    def __init__(
        self,
        *,
        seed: int | None = 1,
        days: int = 30,
        accounts: int | Mapping[str, Sequence[str]] | None = None,
        clock: Clock | None = None,
        replay: Path | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.seed = None if replay else seed
        today = self.clock.now().date()
        self.recordings = [each.moved_to(today) for each in load(replay)] if replay else []
        self.first = min(
            [each.since for each in self.recordings], default=today - timedelta(days=days)
        )
        self.journal = Journal()
        self.origins = Origins()
        self.apis: dict[str, Api] = {}
        self.places: dict[str, Place] = {}
        recorded = by_provider(self.recordings, [kind.name for kind in providers()])
        for kind in providers():
            if kind.name in recorded or not recorded:
                names = tuple(recorded.get(kind.name, ())) or _names(kind, accounts)
                self._add(kind(self.clock, self.seed, self.first, names))
        for name, some in recorded.items():
            teach(self.apis[name], some)
        self.faults = Faults(self.places)
        self.moods = Moods(self.apis)

    def _add(self, api: Api) -> None:
        api.origins = self.origins
        self.apis[api.name] = api
        for name, answer in api.places().items():
            self.places[name] = Place(api, answer)

    def config(self, *providers: str) -> dict[str, Any]:
        """A configuration of the tap with these providers, or with all of them."""
        names = providers or tuple(self.apis)
        settings = {name: self.apis[name].settings(self.origins.apis) for name in names}
        return {"start_date": self.first.isoformat(), **settings}

    def env(self, *providers: str) -> dict[str, str]:
        """The same as the variables that Meltano reads."""
        return to_variables(self.config(*providers))

    def write_config(self, file: Path) -> None:
        """Writes the configuration, for its owner only."""
        write_config(file, self.config())

    def write_env(self, file: Path) -> None:
        """Writes the variables as a `.env`, for its owner only, but over nothing of another's."""
        write_env(file, self.env())


def providers() -> list[type[Api]]:
    """The APIs that a world has: those that stand in its class."""
    return [each.api for each in vars(World).values() if isinstance(each, Served)]


def _names(kind: type[Api], accounts: int | Mapping[str, Sequence[str]] | None) -> Sequence[str]:
    if isinstance(accounts, int):
        return ("main", *(f"shop{number}" for number in range(2, accounts + 1)))
    return (accounts or {}).get(kind.name, kind.usual_accounts)
