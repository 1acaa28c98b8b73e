"""Airbyte's own tests of a source: strict, and without those that need Docker."""

from __future__ import annotations

import json
import subprocess
import tempfile
import typing as t
from pathlib import Path

import boxed
import pytest
from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteMessageSerializer,
    ConnectorSpecification,
    Type,
)
from airbyte_cdk.sources import Source
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.standard_tests import SourceTestSuiteBase

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Mapping


class ShelledSource(Source):  # type: ignore[misc]  # the CDK is not where types are checked
    """The command, in the shape that Airbyte's tests ask for: they import a source as a rule."""

    def read_catalog(self, catalog_path: str) -> t.Any:
        """The file as it is: judging it is the command's part."""
        return json.loads(Path(catalog_path).read_text(encoding="utf-8"))

    def spec(self, _logger: logging.Logger) -> ConnectorSpecification:
        """The message's content."""
        (message,) = (each for each in self._run("spec") if each.type is Type.SPEC)
        return message.spec

    def check(
        self, _logger: logging.Logger, config: Mapping[str, t.Any]
    ) -> AirbyteConnectionStatus:
        """The message's content."""
        messages = list(self._run("check", config=config))
        (message,) = (each for each in messages if each.type is Type.CONNECTION_STATUS)
        return message.connectionStatus

    def discover(self, _logger: logging.Logger, config: Mapping[str, t.Any]) -> AirbyteCatalog:
        """The message's content."""
        (message,) = (each for each in self._run("discover", config=config) if each.catalog)
        return message.catalog

    def read(
        self,
        _logger: logging.Logger,
        config: Mapping[str, t.Any],
        catalog: t.Any,
        _state: t.Any = None,
    ) -> Iterator[AirbyteMessage]:
        """The messages."""
        yield from self._run("read", config=config, catalog=catalog)

    def _run(self, verb: str, **files: t.Any) -> Iterator[AirbyteMessage]:
        with tempfile.TemporaryDirectory() as folder:
            line = [boxed.command("source-payments"), verb]
            for name, content in files.items():
                path = Path(folder, name)
                path.write_text(json.dumps(content), encoding="utf-8")
                line += [f"--{name}", str(path)]
            done = subprocess.run(line, capture_output=True, timeout=120, check=False)
        assert not done.stderr
        for each in done.stdout.splitlines():
            yield AirbyteMessageSerializer.load(json.loads(each))
        if done.returncode:
            raise RuntimeError(f"source-payments {verb} ended with {done.returncode}")


@pytest.fixture(scope="class", autouse=True)
def configs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Any:
    """The settings of a sandbox that has had its first report jobs, and wrong ones."""
    folder = tmp_path_factory.mktemp("standard") / "source-payments"
    folder.mkdir()
    request.cls.folder = folder
    with boxed.running(folder) as box:
        wrong = json.loads(json.dumps(box.config))
        wrong["spacivox"]["access_token"] = "canary-wrong-token"
        (folder / "wrong.json").write_text(json.dumps(wrong), encoding="utf-8")
        taps = {"stream": {"name": "tikpay_taps"}, "sync_mode": "full_refresh"}
        for _ in ShelledSource().read(t.cast("t.Any", None), box.config, {"streams": [taps]}):
            pass
        yield


class TestSource(SourceTestSuiteBase):  # type: ignore[misc]  # as above
    """What every source of Airbyte's is held to."""

    connector = ShelledSource
    folder: t.ClassVar[Path]

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        """Where the settings are."""
        return cls.folder

    @classmethod
    def get_scenarios(cls) -> list[ConnectorTestScenario]:
        """The settings that work, for every command."""
        return [ConnectorTestScenario(config_path=Path("config.json"), status="succeed")]


class TestRefusedSource(TestSource):
    """A source whose settings are wrong says so, and holds no secret up."""

    test_spec = test_config_matches_spec = test_discover = None
    test_basic_read = test_fail_read_with_bad_catalog = None

    @classmethod
    def get_scenarios(cls) -> list[ConnectorTestScenario]:
        """Settings that a provider refuses."""
        return [ConnectorTestScenario(config_path=Path("wrong.json"), status="failed")]
