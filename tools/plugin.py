"""The plugin in Meltano's words: the settings in meltano.yml, and the definition for the Hub."""

from __future__ import annotations

import json
import typing as t

from streams import streams
from tables import Setting, json_type, settings

from tap_payments.providers import PROVIDERS
from tap_payments.tap import TapPayments

if t.TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = "https://github.com/OWNER/tap-payments"

TITLES = {provider.name: provider.title for provider in PROVIDERS}


def meltano_settings() -> str:
    """The extractor's settings, in Meltano's words.

    A provider's default is a placeholder, not a value: a value would put the provider's object
    into the configuration, and so enable it.
    """
    return "\n".join(line for each in settings() for line in _setting(each))


def _setting(setting: Setting) -> Iterator[str]:
    field, title = setting.field, setting.field.get("title", setting.name)
    label = f"{TITLES[setting.provider]}: {title}" if setting.provider else title
    yield f"    - name: {setting.path}"
    yield f"      label: {json.dumps(label, ensure_ascii=False)}"
    yield f"      kind: {_kind(setting)}"
    if "enum" in field:
        yield "      options:"
        for option in (option for option in field["enum"] if option is not None):
            yield f"      - {{label: {option}, value: {option}}}"
    if setting.default is not None:
        shown = setting.default
        if setting.provider is None:
            yield f"      value: {shown}"
        else:
            plain = field["default"] if isinstance(field["default"], str) else shown
            yield f"      placeholder: {json.dumps(plain)}"
    if setting.secret:
        yield "      sensitive: true"
    description = ("Required. " if setting.required else "") + field.get("description", "")
    yield f"      description: {json.dumps(description, ensure_ascii=False)}"


def extractors() -> str:
    """An extractor for each provider; their tables are in one schema, where the models look."""
    lines = []
    for name in TITLES:
        others = [f'"{each}"' for each in selection()[1:] if each.startswith(f"!{name}_")]
        lines += [f"  - name: tap-payments-{name}", "    inherit_from: tap-payments"]
        lines.append(f"    select: [{', '.join([f'{name}_*.*', *others])}]")
        lines.append("    load_schema: tap_payments")
    return "\n".join(lines)


def _kind(setting: Setting) -> str:
    if setting.name in ("start_date", "end_date"):
        return "date_iso8601"
    return "options" if "enum" in setting.field else json_type(setting.field)


def selection() -> list[str]:
    """The streams that are read by default, in Meltano's words: it would read all of them."""
    others = [each.name for each in streams() if not each.selected_by_default]
    return ["*.*", *(f"!{name}.*" for name in sorted(others))]


def capabilities() -> list[str]:
    """What the tap can, as `--about` says."""
    return sorted(each.value for each in TapPayments.capabilities)


def meltano_capabilities() -> str:
    """The extractor's capabilities."""
    return f"    capabilities: [{', '.join(capabilities())}]"


def meltano_selection() -> str:
    """The extractor's selection."""
    return "\n".join(["    select:", *(f'    - "{pattern}"' for pattern in selection())])


# The Hub: https://hub.meltano.com/singer/docs/#adding-to-the-hub


def _required(provider: t.Any) -> Iterator[str]:
    """What a project needs that has this provider."""
    names = [each.path for each in settings() if each.provider == provider.name and each.required]
    yield "- - start_date"
    yield from (f"  - {name}" for name in names)


def hub_definition() -> str:
    """The extractor as the Hub lists it; its settings in the order of their names."""
    titles = ", ".join(TITLES.values())
    about = (
        f"Payments, refunds and payouts from {titles}, with a state that says what has been "
        "delivered. Not the connector of the company Tap Payments."
    )
    lines = [
        "# Written by `make generate`, for meltano/hub: _data/meltano/extractors/tap-payments.",
        f"name: {TapPayments.name}",
        "namespace: tap_payments",
        "variant: tap-payments",
        "label: Payments",
        f"description: {json.dumps(about, ensure_ascii=False)}",
        f"repo: {REPOSITORY}",
        # PyPI has no package of ours: whoever takes that name there is somebody else.
        f"pip_url: git+{REPOSITORY}.git",
        "quality: silver",
        "maintenance_status: active",
        "capabilities:",
        *(f"- {name}" for name in capabilities()),
        "keywords:",
        *(f"- {name}" for name in sorted(["meltano_sdk", "payments", *TITLES])),
        "select:",
        *(f'- "{pattern}"' for pattern in selection()),
        "settings_preamble: |",
        "  A provider is enabled when one of its settings is given. `tap-payments-sandbox` serves",
        "  all of them on this machine, for a first try without an account.",
        "settings_group_validation:",
        *(line for provider in PROVIDERS for line in _required(provider)),
        "commands:",
        "  sandbox:",
        "    executable: tap-payments-sandbox",
        "    args: --write-env .env",
        "    description: Serves the providers' APIs on this machine, and writes .env for them.",
        "settings:",
        *(
            line.removeprefix("    ")
            for each in sorted(settings(), key=lambda setting: setting.path)
            for line in _setting(each)
        ),
    ]
    return "\n".join(lines) + "\n"
