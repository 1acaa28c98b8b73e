"""What cannot be used: settings, files, catalogs and maps are refused in words and cost nothing."""

from __future__ import annotations

import typing as t

import pytest

from tests.support.taps import Row, settings, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from tap_payments.sandbox import Sandbox
    from tests.support.commands import Commands


REFUSED: list[tuple[Row, tuple[str, ...]]] = [
    ({"zimpler": {"nope": "canary"}}, ("zimpler.nope", "unknown setting")),
    ({"persnal_data": "canary"}, ("persnal_data", "did you mean personal_data?")),
    ({"zimpler": {"api_key": None}}, ("zimpler.api_key", "required")),
    ({"zimpler": {"api_key": ""}}, ("zimpler.api_key", "required")),
    ({"zimpler": {"api_key": 12345678}}, ("zimpler.api_key", "must be a text")),
    ({"zimpler": {"page_size": 1001}}, ("zimpler.page_size", "from 1 to 1000")),
    ({"zimpler": {"auth_method": "canary"}}, ("zimpler.auth_method", "basic, bearer, header")),
    ({"zimpler": {"api_url": "http://canary.example"}}, ("zimpler.api_url", "https")),
    ({"zimpler": {"api_url": "ftp://canary"}}, ("zimpler.api_url",)),
    ({"zimpler": {"concurrency": 17}}, ("zimpler.concurrency", "from 1 to 16")),
    ({"zimpler": {"lookback_days": -1}}, ("zimpler.lookback_days", "0 or more")),
    ({"zimpler": {"window_days": True}}, ("zimpler.window_days", "whole number")),
    ({"zimpler": {"accounts": []}}, ("zimpler.accounts",)),
    ({"spacivox": {"access_token": "canary"}}, ("spacivox.api_url", "required")),
    ({"spacivox": "canary"}, ("spacivox", "object")),
    ({"spacivox": {"teams": ["canary"]}}, ("spacivox.teams", "numbers")),
    ({"start_date": "canary"}, ("start_date",)),
    ({"end_date": "2026-01-01"}, ("end_date", "after start_date")),
    ({"personal_data": "canary"}, ("personal_data", "keep, hash, drop")),
    ({"personal_data": "hash"}, ("personal_data_key", "required")),
    ({"max_retries": -1}, ("max_retries",)),
    ({"request_timeout": 0.5}, ("request_timeout",)),
    ({"audit_month": "3000-01"}, ("audit_month", "two days ago")),
    ({"audit_month": "canary"}, ("audit_month", "a month such as 2026-10")),
    ({"audit_month": 202610}, ("audit_month", "must be a text")),
]


@pytest.mark.parametrize(("wrong", "words"), REFUSED)
def test_settings_are_refused_in_one_last_line_before_any_request(
    commands: Commands, sandbox: Sandbox, tmp_path: Path, wrong: Row, words: tuple[str, ...]
) -> None:
    config = settings(sandbox, "zimpler", "2026-01-01")
    for name, value in wrong.items():
        if isinstance(value, dict):
            config[name] = config.get(name, {}) | value
        else:
            config[name] = value
    done = commands("--config", written(tmp_path, "c.json", config))
    assert done.code == 1
    assert done.stdout == b""
    for word in words:
        assert word in done.last_line
    for secret in ("canary", "12345678", "sandbox-zimpler-key"):
        assert secret not in done.stderr
    assert done.is_quiet
    assert len(sandbox.journal) == 0


def test_without_a_provider_the_last_line_says_how_to_begin(commands: Commands) -> None:
    done = commands()
    assert done.code == 1
    for word in ("begateway", "spacivox", "tikpay", "zimpler", "tap-payments-sandbox"):
        assert word in done.last_line
    assert done.is_quiet


UNREADABLE = ["", "{", "[1]", "null", "[" * 100_000, b"\xff\xfe{}"]


@pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])
@pytest.mark.parametrize("content", UNREADABLE)
def test_a_file_that_cannot_be_read_is_named_in_the_last_line(  # noqa: PLR0917
    commands: Commands,
    config: Path,
    sandbox: Sandbox,
    tmp_path: Path,
    option: str,
    content: str | bytes,
) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = commands("--config", config, option, file)
    assert done.code == 1
    assert option in done.last_line
    assert done.is_quiet
    assert len(sandbox.journal) == 0


@pytest.mark.parametrize("content", ["", "\n", " \n\n"])
def test_an_empty_state_file_is_refused_with_what_it_means(
    commands: Commands, config: Path, sandbox: Sandbox, tmp_path: Path, content: str
) -> None:
    state = written(tmp_path, "state.json", content)
    done = commands("--config", config, "--state", state)
    assert done.code == 1
    assert "--state: the file is empty: the loader wrote no state" in done.last_line
    assert "leave --state out to read everything from start_date" in done.last_line
    assert len(sandbox.journal) == 0


@pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])
def test_a_file_that_is_not_there_is_named_in_the_last_line(
    commands: Commands, config: Path, tmp_path: Path, option: str
) -> None:
    for path in (tmp_path / "nowhere.json", tmp_path):
        done = commands("--config", config, option, path)
        assert done.code in (1, 2)
        assert str(path) in done.last_line
        assert done.is_quiet


def entry(**more: t.Any) -> Row:
    known = {"tap_stream_id": "spacivox_teams", "schema": {"properties": {}}, "metadata": []}
    return {"streams": [known | more]}


CATALOGS: list[tuple[Row, str]] = [
    ({}, "lacks streams"),
    ({"streams": {}}, "streams"),
    ({"streams": [1]}, "streams[0]"),
    ({"streams": [{}]}, "streams[0] lacks schema, tap_stream_id"),
    (entry(tap_stream_id=None), "streams[0].tap_stream_id"),
    (entry(schema=None), "streams[0].schema"),
    (entry(schema={}), "streams[0].schema lacks properties"),
    (entry(schema={"properties": {"id": "canary"}}), "streams[0].schema.properties.id"),
    (entry(metadata="canary"), "streams[0].metadata"),
    (entry(metadata=[{"breadcrumb": []}]), "streams[0].metadata[0] lacks metadata"),
    (entry(metadata=[{"breadcrumb": [[]], "metadata": {}}]), "streams[0].metadata[0].breadcrumb"),
    (entry(key_properties="id"), "streams[0].key_properties"),
]


@pytest.mark.parametrize(("catalog", "words"), CATALOGS)
def test_a_catalog_that_is_none_is_refused_where_it_is_wrong(  # noqa: PLR0917
    commands: Commands, config: Path, sandbox: Sandbox, tmp_path: Path, catalog: Row, words: str
) -> None:
    done = commands("--config", config, "--catalog", written(tmp_path, "catalog.json", catalog))
    assert done.code == 1
    assert words in done.last_line
    assert "canary" not in done.stderr
    assert done.is_quiet
    assert len(sandbox.journal) == 0


@pytest.mark.parametrize(
    "maps",
    [
        5,
        {"zimpler_transactions": 5},
        {"zimpler_transactions": {"x": "nope("}},
        {"zimpler_transactions": {"__key_properties__": ["nope"]}},
        {"zimpler_transactions": {"x": "nope(1)"}},
    ],
)
def test_a_stream_map_that_cannot_be_used_is_named(
    commands: Commands, sandbox: Sandbox, tmp_path: Path, maps: t.Any
) -> None:
    config = sandbox.config("zimpler") | {"stream_maps": maps}
    done = commands("--config", written(tmp_path, "c.json", config))
    assert done.code == 1
    assert "stream_maps" in done.last_line
    assert done.is_quiet


def test_a_flag_that_does_not_exist_is_said_to_be_so(commands: Commands) -> None:
    done = commands("--nope")
    assert done.code == 2
    assert "--nope" in done.last_line
    assert done.stdout == b""
