"""What `spec` says must be exactly what the tap can be told."""

from __future__ import annotations

import typing as t
from importlib.metadata import entry_points

import jsonschema

from tap_payments.airbyte.specification import specification
from tap_payments.settings import settings_schema

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.sandbox import Sandbox
    from tests.airbyte.runs import Platform

Schema = dict[str, t.Any]


def properties(schema: Schema, where: str = "") -> Iterator[tuple[str, Schema]]:
    for name, field in schema.get("properties", {}).items():
        yield f"{where}{name}", field
        yield from properties(field, f"{where}{name}.")
        yield from properties(field.get("items", {}), f"{where}{name}[].")


def objects(schema: Schema) -> Iterator[Schema]:
    if "properties" in schema:
        yield schema
    for _name, field in properties(schema):
        for each in (field, field.get("items", {})):
            if "properties" in each:
                yield each


SPEC: Schema = specification()["connectionSpecification"]


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="source-payments")
    assert callable(command.load())


def test_spec_is_one_message(platform: Platform) -> None:
    run = platform.run("spec")
    assert run.code == 0
    (spec,) = run.of("SPEC")
    assert spec["connectionSpecification"] == SPEC
    assert spec["documentationUrl"].startswith("https://")


def test_every_setting_is_there() -> None:
    """All but files, which are for Singer's loaders."""
    assert {name for name, _ in properties(SPEC)} == {
        name
        for name, _ in properties(settings_schema())
        if name.partition(".")[0] != "batch_config"
    }


def test_every_setting_has_a_title_and_a_description() -> None:
    bare = [name for name, field in properties(settings_schema()) if not field.get("title")]
    assert [name for name, field in properties(SPEC) if not field.get("title")] == bare
    described = {
        name for name, field in properties(SPEC) if field.get("title") and field.get("description")
    }
    assert described == {name for name, field in properties(SPEC) if field.get("title")}


def test_secrets_are_marked_and_nothing_else() -> None:
    secrets = {
        name
        for name, field in properties(settings_schema())
        if field.get("secret") and "string" in field["type"]
    }
    assert {"zimpler.api_key", "tikpay.accounts[].client_secret"} < secrets
    marked = {name for name, field in properties(SPEC) if field.get("airbyte_secret")}
    assert marked == secrets


def test_fields_are_shown_in_the_order_of_the_settings() -> None:
    for each in objects(SPEC):
        orders = [field["order"] for field in each["properties"].values()]
        assert orders == list(range(len(orders)))


def test_each_setting_has_one_type_and_no_word_of_another_world() -> None:
    for name, field in properties(SPEC):
        assert isinstance(field["type"], str), name
        assert not {"secret", "writeOnly", "$schema"} & set(field), name
        assert None not in field.get("enum", []), name


def test_what_a_provider_requires_is_shown_first() -> None:
    shown = {name for name, field in properties(SPEC) if field.get("always_show")}
    assert {"zimpler.merchant_id", "zimpler.api_key", "spacivox.access_token"} <= shown
    assert "zimpler.page_size" not in shown


def test_settings_that_the_tap_takes_are_taken(box: Sandbox) -> None:
    validator = jsonschema.Draft7Validator(SPEC)
    validator.check_schema(SPEC)
    validator.validate(box.config())
    assert not validator.is_valid(box.config() | {"max_retries": "many"})
    assert not validator.is_valid({"zimpler": {}})  # no start_date
