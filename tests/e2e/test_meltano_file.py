"""meltano.yml is what Meltano's own schema allows, and enables no provider by itself."""

from __future__ import annotations

import json
import typing as t

import jsonschema
import pytest
import yaml

from tap_payments.providers import PROVIDERS
from tests.e2e.meltano_project import ROOT, Project

Document = dict[str, t.Any]


@pytest.fixture(scope="module")
def document() -> Document:
    return t.cast("Document", yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def settings(document: Document) -> list[Document]:
    return t.cast("list[Document]", document["plugins"]["extractors"][0]["settings"])


def test_meltano_allows_it(document: Document) -> None:
    (schema,) = (ROOT / ".tools/meltano/lib").glob("*/site-packages/meltano/schemas/meltano.*.json")
    jsonschema.Draft7Validator(json.loads(schema.read_text())).validate(document)


def test_no_providers_setting_has_a_value(settings: list[Document]) -> None:
    names = {provider.name for provider in PROVIDERS}
    own = [each for each in settings if each["name"].partition(".")[0] in names]
    assert {each["name"].partition(".")[0] for each in own} == names
    assert [each["name"] for each in own if "value" in each] == []


def test_secrets_are_sensitive(settings: list[Document]) -> None:
    sensitive = {each["name"] for each in settings if each.get("sensitive")}
    assert sensitive == {
        "begateway.accounts",
        "begateway.secret_key",
        "personal_data_key",
        "spacivox.access_token",
        "spacivox.accounts",
        "tikpay.accounts",
        "tikpay.api_key",
        "tikpay.client_secret",
        "zimpler.accounts",
        "zimpler.api_key",
    }


def test_each_provider_has_an_extractor_of_its_own(document: Document) -> None:
    extractors = {each["name"]: each for each in document["plugins"]["extractors"]}
    for provider in PROVIDERS:
        assert extractors[f"tap-payments-{provider.name}"]["select"][0] == f"{provider.name}_*.*"


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
