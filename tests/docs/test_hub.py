"""The definition for Meltano Hub has what the Hub asks for."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from tap_payments.tap import TapPayments
from tests.support.site_pages import ROOT
from tests.support.taps import discover

# https://github.com/meltano/hub, schemas/plugin_definitions and schemas/common
REQUIRED = {"name", "namespace", "variant", "label", "quality"}
ALLOWED = REQUIRED | {
    *("description", "pip_url", "executable", "repo", "docs", "logo_url", "maintenance_status"),
    *("domain_url", "keywords", "capabilities", "settings", "settings_group_validation"),
    *(
        "commands",
        "settings_preamble",
        "usage",
        "prereq",
        "next_steps",
        "definition",
        "select",
        "metadata",
    ),
}
KINDS = {
    *("date_iso8601", "integer", "decimal", "options", "object", "array", "boolean", "string"),
    *("file", "email", "oauth"),
}
OF_A_SETTING = {"name", "label", "kind", "options", "value", "placeholder", "sensitive"}


@pytest.fixture(scope="module")
def definition() -> dict[str, t.Any]:
    text = (ROOT / "hub/tap-payments.yml").read_text(encoding="utf-8")
    return t.cast("dict[str, t.Any]", yaml.safe_load(text))


def test_it_has_what_is_required_and_nothing_unknown(definition: dict[str, t.Any]) -> None:
    assert set(definition) >= REQUIRED
    assert set(definition) <= ALLOWED
    assert definition["quality"] in {"gold", "silver", "bronze", "unknown"}
    assert set(definition["capabilities"]) == {each.value for each in TapPayments.capabilities}


def test_its_settings_are_in_order_and_of_kinds_that_exist(definition: dict[str, t.Any]) -> None:
    names = [setting["name"] for setting in definition["settings"]]
    assert names == sorted(set(names))
    for setting in definition["settings"]:
        assert set(setting) <= OF_A_SETTING | {"description"}, setting["name"]
        assert setting["kind"] in KINDS, setting["name"]
        assert setting["description"], setting["name"]
        assert isinstance(setting.get("placeholder", ""), str), setting["name"]


def test_meltano_reads_what_a_run_without_a_catalog_reads(definition: dict[str, t.Any]) -> None:
    """Meltano takes no notice of what a tap does not select by default."""
    others = [
        entry["tap_stream_id"]
        for entry in discover()["streams"]
        if not entry["metadata"][-1]["metadata"]["selected"]
    ]
    meltano = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    extractors = {each["name"]: each for each in meltano["plugins"]["extractors"]}
    expected = [f"!{name}.*" for name in others]
    assert len(expected) == 3
    assert definition["select"] == ["*.*", *expected]
    assert extractors["tap-payments"]["select"] == ["*.*", *expected]
    assert extractors["tap-payments-spacivox"]["select"] == ["spacivox_*.*", *expected]


def test_every_secret_is_sensitive(definition: dict[str, t.Any]) -> None:
    schema = TapPayments.config_jsonschema["properties"]
    secrets = {
        f"{name}.{inner}" if inner else name
        for name, field in schema.items()
        for inner, value in ({"": field} | field.get("properties", {})).items()
        if value.get("secret")
    }
    sensitive = {each["name"] for each in definition["settings"] if each.get("sensitive")}
    assert len(secrets) >= 6
    assert sensitive == secrets
