"""The SDK's own suite over a sandbox, for every stream of both providers, in one full run.

Three of its checks cannot fail and are replaced: two as the SDK wrote them (keys are compared as
generators, progress markers are looked for at the top of a message only), one for this tap, whose
streams note a failure and go on.
"""

from __future__ import annotations

import re
import typing as t

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class
from singer_sdk.testing.suites import (
    SingerTestSuite,
    tap_stream_attribute_tests,
    tap_stream_tests,
    tap_tests,
)
from singer_sdk.testing.tap_tests import (
    AttributeIsObjectTest,
    StreamPrimaryKeysTest,
    TapStreamConnectionTest,
    TapValidFinalStateTest,
)
from singer_sdk.testing.templates import StreamTestTemplate, TapTestTemplate

from tap_payments.errors import SyncFailed
from tap_payments.sandbox import Sandbox
from tap_payments.tap import TapPayments
from tests.support.in_process import signals_kept
from tests.support.taps import Row, discover, state_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk import Stream

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
NOWHERE = "http://127.0.0.1:9"
CONFIG: Row = {
    "start_date": "2026-01-01",
    "sync_windows": True,
    "zimpler": {"api_url": NOWHERE, "merchant_id": "shop", "api_key": "key"},
    "spacivox": {"api_url": NOWHERE, "access_token": "key"},
}
"""What the streams are listed with; it becomes the sandbox's own before anything is asked."""

CATALOG = discover(CONFIG)
for entry in CATALOG["streams"]:
    (root,) = (each["metadata"] for each in entry["metadata"] if not each["breadcrumb"])
    root["selected"] = True


def assert_keys(keys: list[str], records: list[Row]) -> None:
    """The keys of all records are there, not null, and no two the same."""
    assert keys
    found = [tuple(record[key] for key in keys) for record in records]
    assert all(value is not None for key in found for value in key)
    assert len(set(found)) == len(found)


def assert_final(state: Row) -> None:
    """A state holds watermarks and nothing that only means something while a run goes on."""
    assert state["bookmarks"]
    for bookmark in state["bookmarks"].values():
        assert bookmark.keys() == {"partitions"}
        for partition in bookmark["partitions"]:
            assert partition.keys() == {"context", "replication_key", "replication_key_value"}
            assert INSTANT.fullmatch(partition["replication_key_value"])


class PrimaryKeys(StreamTestTemplate):
    """Every record has its key, and no two have the same."""

    name = StreamPrimaryKeysTest.name

    def test(self) -> None:
        """Looks at all records of the stream."""
        assert_keys(list(self.stream.primary_keys), self.stream_records)


class FinalState(TapTestTemplate):
    """The last state holds the watermarks of both providers."""

    name = TapValidFinalStateTest.name

    def test(self) -> None:
        """Looks at the value of the last STATE message."""
        state = self.runner.state_messages[-1]["value"]
        assert_final(state)
        assert state["bookmarks"].keys() == {
            entry["tap_stream_id"] for entry in CATALOG["streams"] if entry.get("replication_key")
        }


class Connections(TapTestTemplate):
    """Every account answers for every stream."""

    name = TapStreamConnectionTest.name

    def test(self) -> None:
        """Asks as `--test` does, which fails if one refuses."""
        t.cast("TapPayments", self.tap).check()


class IsObject(AttributeIsObjectTest):
    """An object where there is one; in two streams the sandbox has nothing for `_extra`."""

    @classmethod
    def evaluate(cls, stream: Stream, property_name: str, property_schema: Row) -> bool:
        """Whether there is something to look at."""
        empty = stream.name in ("sync_windows", "zimpler_current_balance")
        return not empty and super().evaluate(stream, property_name, property_schema)


REPLACED: dict[type, type] = {
    AttributeIsObjectTest: IsObject,
    StreamPrimaryKeysTest: PrimaryKeys,
    TapValidFinalStateTest: FinalState,
    TapStreamConnectionTest: Connections,
}

with signals_kept():
    TestPayments = get_tap_test_class(
        TapPayments,
        config=CONFIG,
        catalog=CATALOG,
        include_tap_tests=False,
        include_stream_tests=False,
        include_stream_attribute_tests=False,
        custom_suites=[
            SingerTestSuite(suite.kind, [REPLACED.get(each, each) for each in suite.tests])
            for suite in (tap_tests, tap_stream_tests, tap_stream_attribute_tests)
        ],
        suite_config=SuiteConfig(max_records_limit=None),
    )


@pytest.fixture(scope="module", autouse=True)
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=8, days=4, accounts=2) as serving, signals_kept():
        CONFIG.update(serving.config("zimpler", "spacivox"))
        day = f"{serving.first}T10:00:00Z"
        serving.zimpler.put("main", serving.zimpler.example(id="odd", approved_at=day, new={}))
        serving.spacivox.put("main", serving.spacivox.example(id="odd", timestamp=day, new={}))
        for kind in ("call_records", "text_records", "jobs"):
            row = serving.spacivox.example(kind, id=-1, timestamp=day, created_at=day, new={})
            serving.spacivox.put("main", row, kind=kind)
        serving.spacivox.teams.append({"id": 99, "name": "odd", "new": {}})
        yield serving


def test_every_check_of_the_sdk_is_there_or_has_a_better_one_in_its_place() -> None:
    suites = (tap_tests, tap_stream_tests, tap_stream_attribute_tests)
    assert REPLACED.keys() <= {each for suite in suites for each in suite.tests}
    for suite in (tap_tests, tap_stream_tests):
        for each in suite.tests:
            assert hasattr(TestPayments, f"test_{suite.kind}_{each.name}")


@pytest.mark.parametrize(
    "records",
    [
        [{"id": "1", "type": "a"}] * 3,
        [{"id": "1", "type": "a"}, {"id": None, "type": "a"}],
    ],
)
def test_the_check_of_keys_can_fail(records: list[Row]) -> None:
    assert_keys(["id", "type"], [{"id": "1", "type": "a"}, {"id": "1", "type": "b"}])
    with pytest.raises(AssertionError):
        assert_keys(["id", "type"], records)
    with pytest.raises(KeyError):
        assert_keys(["id", "type"], [{"id": "1"}])


def test_the_check_of_the_state_can_fail() -> None:
    state = state_of("zimpler_transactions", "2026-03-20T00:00:00.000000Z")
    assert_final(state)
    (partition,) = state["bookmarks"]["zimpler_transactions"]["partitions"]
    for wrong in (
        {**partition, "progress_markers": {}},
        {**partition, "replication_key_value": "2026-03-20"},
    ):
        with pytest.raises(AssertionError):
            assert_final({"bookmarks": {"zimpler_transactions": {"partitions": [wrong]}}})
    with pytest.raises(AssertionError):
        assert_final({"bookmarks": {"zimpler_transactions": {"progress_markers": {}}}})


def test_the_check_of_connections_can_fail(sandbox: Sandbox) -> None:
    config = sandbox.config("zimpler")
    config["zimpler"]["accounts"][1]["api_key"] = "wrong"
    with pytest.raises(SyncFailed, match="shop2"):
        TapPayments(config=config).check()
