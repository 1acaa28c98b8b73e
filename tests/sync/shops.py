"""Many shops of Spacivox on one server, each with rows, a latency and perhaps a fault."""

from __future__ import annotations

import random
import threading
import time
import typing as t
from collections import Counter
from datetime import date, timedelta

from tests.support.server import Answer, Server

if t.TYPE_CHECKING:
    from tests.support.server import Request
    from tests.support.taps import Row

FIRST = date(2026, 3, 1)
STREAM = "spacivox_payment_transactions"
NOWHERE = "http://127.0.0.1:9"


class Shops:
    """The shops; `most_at_once` counts the open requests of each, `dead` ones are nowhere."""

    def __init__(
        self, count: int, *, days: int, seed: int, dead: int = 0, slow: bool = False
    ) -> None:
        dice = random.Random(seed)
        self.names = [f"shop{number:02}" for number in range(count)]
        self.dead = set(dice.sample(self.names, dead))
        self.limited = dice.choice([each for each in self.names if each not in self.dead])
        self.latency = {name: dice.uniform(0, 0.06 if slow else 0.01) for name in self.names}
        self.days = days
        self.rows = {
            name: [
                payment(f"{name}-{number}", FIRST + timedelta(days=dice.randrange(days)), dice)
                for number in range(dice.randrange(5, 40))
            ]
            for name in self.names
        }
        self.open: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()
        self.most_in_all = 0
        self._next = 0.0
        self._lock = threading.Lock()
        self.server = Server(self.answer)

    def settings(self, **more: t.Any) -> Row:
        """The tap's settings for all of them."""
        accounts = [
            {
                "account": name,
                "api_url": NOWHERE if name in self.dead else f"{self.server.url}/{name}",
            }
            for name in self.names
        ]
        return {
            "start_date": FIRST.isoformat(),
            "end_date": (FIRST + timedelta(days=self.days)).isoformat(),
            "max_retries": 1,
            "spacivox": {"access_token": "key", "accounts": accounts} | more,
        }

    def truth(self) -> set[str]:
        """The ids of all rows of the shops that can be asked."""
        return {
            row["id"] for name in self.names for row in self.rows[name] if name not in self.dead
        }

    def answer(self, request: Request) -> Answer:
        """One request of a shop, after its latency."""
        _, name, path = request.path.split("/", 2)
        if name == self.limited and not self._may_pass():
            return Answer({"message": "slow down"}, status=429, headers={"Retry-After": "1"})
        with self._lock:
            self.open[name] += 1
            self.most_at_once[name] = max(self.most_at_once[name], self.open[name])
            self.most_in_all = max(self.most_in_all, sum(self.open.values()))
        time.sleep(self.latency[name])
        with self._lock:
            self.open[name] -= 1
        if path == "j/teams":
            return Answer([{"id": 1, "name": name}])
        query = request.query
        return Answer(
            [row for row in self.rows[name] if query["start"] <= row["timestamp"] < query["end"]]
        )

    def _may_pass(self) -> bool:
        """One request a second."""
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return False
            self._next = now + 0.95
            return True


def payment(identity: str, day: date, dice: random.Random) -> Row:
    """A payment at a random second of a day."""
    at = f"{day}T{dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02}Z"
    return {"id": identity, "timestamp": at, "amount": "1.00", "team": 1}
