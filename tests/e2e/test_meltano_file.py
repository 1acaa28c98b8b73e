"""meltano.yml is what Meltano's own schema allows, and enables no provider by itself."""

from __future__ import annotations

import json
import re
import textwrap
import typing as t

import jsonschema
import pytest
import yaml

from tap_payments.providers import PROVIDERS
from tests.e2e.meltano_project import ROOT, Project
from tests.support.site_pages import blocks

Document = dict[str, t.Any]


@pytest.fixture(scope="module")
def document() -> Document:
    return t.cast("Document", yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def settings(document: Document) -> list[Document]:
    return t.cast("list[Document]", document["plugins"]["extractors"][0]["settings"])


def validator() -> jsonschema.Draft7Validator:
    """What Meltano itself holds a project's file against."""
    (schema,) = (ROOT / ".tools/meltano/lib").glob("*/site-packages/meltano/schemas/meltano.*.json")
    return jsonschema.Draft7Validator(json.loads(schema.read_text()))


def test_meltano_allows_it(document: Document) -> None:
    validator().validate(document)


def test_no_providers_setting_has_a_value(settings: list[Document]) -> None:
    names = {provider.name for provider in PROVIDERS}
    own = [each for each in settings if each["name"].partition(".")[0] in names]
    assert {each["name"].partition(".")[0] for each in own} == names
    assert [each["name"] for each in own if "value" in each] == []


def test_secrets_are_sensitive(settings: list[Document]) -> None:
    sensitive = {each["name"] for each in settings if each.get("sensitive")}
    names = [(provider.name, provider.settings_schema["properties"]) for provider in PROVIDERS]
    secret = {f"{name}.{key}" for name, own in names for key in own if own[key].get("secret")}
    assert {"tikpay.client_secret", "zimpler.accounts", "zimpler.api_key"} <= secret
    assert sensitive == {*secret, "personal_data_key"}


def test_each_provider_has_an_extractor_of_its_own(document: Document) -> None:
    extractors = {each["name"]: each for each in document["plugins"]["extractors"]}
    for provider in PROVIDERS:
        own = extractors[f"tap-payments-{provider.name}"]
        assert own["select"][0] == f"{provider.name}_*.*"
        assert own["load_schema"] == extractors["tap-payments"]["namespace"]  # one for the models


def test_meltano_allows_what_the_pages_print() -> None:
    """Each block that is a part of a `meltano.yml`, as printed."""
    printed = [block.text for block in blocks("yaml")]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    indented = re.findall(r"^ *```yaml\n(.*?)```", readme, re.MULTILINE | re.DOTALL)
    printed += [textwrap.dedent(each) for each in indented]
    parts = [part for part in map(yaml.safe_load, printed) if "plugins" in part]
    assert len(parts) >= 2
    for part in parts:
        validator().validate({"version": 1} | part)


def test_the_tap_gets_what_a_project_says(project: Project) -> None:
    """Nulls are left out, dotted and nested names are the same, numbers are numbers."""
    project.settings.clear()
    project.settings["TAP_PAYMENTS_SPACIVOX_TEAMS"] = "[1, 2]"
    project.settings["TAP_PAYMENTS_SPACIVOX_WINDOW_DAYS"] = "3"
    project.settings["SHOP_KEY"] = "with $DOLLAR"
    file = project.home / "meltano.yml"
    config = {
        "start_date": "2026-01-31",
        "zimpler": {
            "site": None,
            "page_size": 500,
            "accounts": [{"account": "one", "merchant_id": "m", "api_key": "$SHOP_KEY"}],
        },
        "tikpay.key_properties": {"TAPS": ["tapId"]},
    }
    document = yaml.safe_load(file.read_text())
    document["plugins"]["extractors"][0]["config"] = config
    file.write_text(yaml.safe_dump(document))
    with project.running("invoke", "--dump=config", "tap-payments") as process:
        text, _ = process.communicate(timeout=60)
    given = json.loads(text[text.index("\n{") :])
    assert given["start_date"] == "2026-01-31"
    assert given["spacivox"] == {"teams": [1, 2], "window_days": 3}
    assert given["zimpler"] == {
        "page_size": 500,
        "accounts": [{"account": "one", "merchant_id": "m", "api_key": "with $DOLLAR"}],
    }
    assert given["tikpay"] == {"key_properties": {"TAPS": ["tapId"]}}
    assert "begateway" not in given
