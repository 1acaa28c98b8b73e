"""Settings and tables, as all that is generated tells of them."""

from __future__ import annotations

import json
import typing as t

from tap_payments.providers import PROVIDERS
from tap_payments.settings import settings_schema

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Field = dict[str, t.Any]


class Setting(t.NamedTuple):
    """A setting: `provider` is None for the tap's own."""

    provider: str | None
    name: str
    field: Field
    required: bool

    @property
    def path(self) -> str:
        """Its name in Meltano: `zimpler.api_key`."""
        return f"{self.provider}.{self.name}" if self.provider else self.name

    @property
    def variable(self) -> str:
        """Its environment variable in Meltano."""
        return "TAP_PAYMENTS_" + self.path.replace(".", "_").upper()

    @property
    def secret(self) -> bool:
        """Whether its value must not be shown."""
        return bool(self.field.get("secret"))

    @property
    def default(self) -> str | None:
        """Its default as JSON."""
        value = self.field.get("default")
        return None if value is None else json.dumps(value)


def settings() -> Iterator[Setting]:
    """All settings, in the order of the code."""
    providers = {provider.name for provider in PROVIDERS}
    for name, field in settings_schema()["properties"].items():
        if name in providers:
            for inner, value in field["properties"].items():
                yield Setting(name, inner, value, inner in field.get("required", ()))
        else:
            yield Setting(None, name, field, required=False)


def own_settings() -> str:
    """The table of the tap's own settings."""
    return _settings_table([each for each in settings() if each.provider is None])


def shared_settings() -> str:
    """The table of what all providers' objects take, and say the same of."""
    provider = PROVIDERS[0].name
    return _settings_table(
        [each for each in settings() if each.provider == provider and _is_shared(each.name)]
    )


def provider_settings(provider: str) -> str:
    """The table of what is a provider's alone."""
    return _settings_table(
        [each for each in settings() if each.provider == provider and not _is_shared(each.name)]
    )


def _is_shared(name: str) -> bool:
    """Whether all providers have a setting, and say the same of it."""
    told = [_told(each) for each in settings() if each.provider and each.name == name]
    return len(told) == len(PROVIDERS) and len(set(told)) == 1


def _told(setting: Setting) -> tuple[str, ...]:
    field = setting.field
    default = "required" if setting.required else _code(setting.default)
    description = field.get("description", "") + (" **Secret.**" if setting.secret else "")
    return f"`{setting.name}`", _kind(field), default, description


def _kind(field: Field) -> str:
    if "enum" in field:
        return ", ".join(f"`{option}`" for option in field["enum"] if option is not None)
    return json_type(field) + (" (URL)" if field.get("format") == "uri" else "")


def json_type(field: Field) -> str:
    """The JSON type of a field, but for null."""
    kinds = field["type"]
    return next(kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null")


def _code(text: str | None) -> str:
    return f"`{text}`" if text is not None else ""


def _settings_table(rows: list[Setting]) -> str:
    return table(("Setting", "Type", "Default", "What it is"), [_told(each) for each in rows])


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
