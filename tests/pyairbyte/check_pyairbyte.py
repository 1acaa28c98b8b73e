"""PyAirbyte reads the source twice into DuckDB, without a network: every row, merged by key."""

from __future__ import annotations

import os
import typing as t

import boxed
import pytest

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from boxed import Box

HOURS = 20
OFFLINE = {
    "AIRBYTE_OFFLINE_MODE": "1",
    "DO_NOT_TRACK": "1",
    "NO_LIVE_PROGRESS": "1",
    # Whoever goes past the offline mode finds nobody there.
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pyairbyte")


@pytest.fixture(scope="module")
def box(folder: Path) -> Iterator[Box]:
    with boxed.running(folder, hours_behind=HOURS) as running:
        yield running


@pytest.fixture(scope="module")
def airbyte(folder: Path) -> ModuleType:
    """PyAirbyte, which looks at the environment once, when it is imported."""
    os.environ |= OFFLINE | {
        "AIRBYTE_PROJECT_DIR": str(folder),
        "AIRBYTE_LOGGING_ROOT": str(folder / "logs"),
    }
    import airbyte  # noqa: PLC0415

    return t.cast("ModuleType", airbyte)


class Warehouse:
    """A source, the cache that it is read into, and what is in it."""

    def __init__(self, airbyte: ModuleType, folder: Path, config: dict[str, t.Any]) -> None:
        self.source = airbyte.get_source(
            "source-payments", local_executable=boxed.command("source-payments"), config=config
        )
        self.cache = airbyte.caches.DuckDBCache(db_path=folder / "payments.duckdb")

    def read(self, *streams: str) -> int:
        """Reads streams, and says how many rows arrived."""
        self.source.select_streams(list(streams))
        return int(self.source.read(cache=self.cache).processed_records)

    def rows(self, stream: str) -> list[dict[str, t.Any]]:
        """What is in the cache."""
        return t.cast(
            "list[dict[str, t.Any]]",
            self.cache[stream].to_pandas().astype(object).to_dict("records"),
        )


@pytest.fixture(scope="module")
def warehouse(airbyte: ModuleType, folder: Path, box: Box) -> Warehouse:
    return Warehouse(airbyte, folder, box.config)


KEYS = {
    "zimpler_transactions": ("_account", "id", "type"),
    "begateway_transactions": ("_account", "uid"),
    "spacivox_payment_transactions": ("_account", "id"),
    "tikpay_taps": ("_account", "_row_id"),
    "spacivox_teams": ("_account", "id"),
}


def test_it_answers_and_lists_its_streams(warehouse: Warehouse) -> None:
    warehouse.source.check()
    assert set(KEYS) <= set(warehouse.source.get_available_streams())


def test_full_then_incremental(warehouse: Warehouse, box: Box) -> None:
    first = warehouse.read(*KEYS)
    before = {stream: warehouse.rows(stream) for stream in KEYS}
    assert_rows(warehouse, box)
    assert_statuses(before["begateway_transactions"], box)
    box.advance(HOURS)
    second = warehouse.read(*KEYS)
    assert 0 < second < first
    for stream, rows in before.items():
        assert len(warehouse.rows(stream)) >= len(rows)
    assert len(warehouse.rows("zimpler_transactions")) > len(before["zimpler_transactions"])
    assert_rows(warehouse, box)
    assert_statuses(warehouse.rows("begateway_transactions"), box)


def assert_rows(warehouse: Warehouse, box: Box) -> None:
    """Each key once, and every row of the providers that is older than the settling time."""
    for stream, key in KEYS.items():
        keys = [tuple(row[column] for column in key) for row in warehouse.rows(stream)]
        assert len(set(keys)) == len(keys) > 0, stream
    assert {(row["_account"], row["id"], row["type"]) for row in rows_of(warehouse, "zimpler")} == {
        (account, row["id"], row["type"])
        for account in ("main", "shop2")
        for row in box.rows("zimpler", account)
    }
    for provider, name, cursor in (
        ("begateway", "uid", "created_at"),
        ("spacivox", "id", "timestamp"),
    ):
        there = {row[name] for row in rows_of(warehouse, provider)}
        truth = {row[name]: row[cursor] for row in box.rows(provider)}
        assert there <= set(truth)
        asked_for = {each: at for each, at in truth.items() if at >= box.config["start_date"]}
        missed = sorted(asked_for[each] for each in set(asked_for) - there)
        # Only what is younger than the settling time of five minutes may be missing.
        assert len(missed) < 5
        assert missed == sorted(asked_for.values())[len(asked_for) - len(missed) :]
    assert all(row["_row"] for row in warehouse.rows("tikpay_taps"))


def rows_of(warehouse: Warehouse, provider: str) -> list[dict[str, t.Any]]:
    (stream,) = (each for each in KEYS if each.startswith(provider) and "transactions" in each)
    return warehouse.rows(stream)


def assert_statuses(rows: list[dict[str, t.Any]], box: Box) -> None:
    """A row that changed is the changed one, and there once."""
    truth = {row["uid"]: row["status"] for row in box.rows("begateway")}
    assert {row["uid"]: row["status"] for row in rows}.items() <= truth.items()


def test_a_provider_that_dies_half_way_is_an_error(
    airbyte: ModuleType, folder: Path, box: Box
) -> None:
    config = {**box.config, "max_retries": 0}
    config["spacivox"] = {**config["spacivox"], "access_token": "wrong"}
    broken = Warehouse(airbyte, folder / "broken", config)
    with pytest.raises(airbyte.exceptions.AirbyteConnectorCheckFailedError, match="access_token"):
        broken.source.check()
    with pytest.raises(airbyte.exceptions.PyAirbyteError):
        broken.read("spacivox_payment_transactions", "zimpler_current_balance")
