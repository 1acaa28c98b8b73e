"""`make generate`: writes what follows from the code; with `--check`, says what has drifted.

README.md (settings and streams, between markers), meltano.yml (the extractor's settings, between
markers) and .env.example (whole).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import typing as t
from pathlib import Path

from tap_payments.providers import PROVIDERS
from tap_payments.settings import settings_schema
from tap_payments.tap import TapPayments

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
TITLES = {provider.name: provider.title for provider in PROVIDERS}

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


# README.md


def readme_settings() -> str:
    """The tables of settings: the tap's own, every provider's, and each provider's."""
    every = list(settings())
    shared = [name for name in _names(PROVIDERS[0].name, every) if _is_shared(name, every)]
    parts = [
        _settings_table([each for each in every if each.provider is None]),
        "Every provider's object takes these:\n\n"
        + _settings_table(
            [each for each in every if each.provider == PROVIDERS[0].name and each.name in shared]
        ),
    ]
    for provider in PROVIDERS:
        own = [each for each in every if each.provider == provider.name and each.name not in shared]
        parts.append(f"`{provider.name}`: {provider.title}\n\n" + _settings_table(own))
    return "\n\n".join(parts)


def _names(provider: str, every: list[Setting]) -> list[str]:
    return [each.name for each in every if each.provider == provider]


def _is_shared(name: str, every: list[Setting]) -> bool:
    """Whether all providers have a setting, and say the same of it."""
    told = [_told(each) for each in every if each.provider and each.name == name]
    return len(told) == len(PROVIDERS) and len(set(told)) == 1


def _told(setting: Setting) -> tuple[str, ...]:
    field = setting.field
    default = "required" if setting.required else _code(setting.default)
    description = field.get("description", "") + (" **Secret.**" if setting.secret else "")
    return f"`{setting.name}`", _kind(field), default, description


def _kind(field: Field) -> str:
    if "enum" in field:
        return ", ".join(f"`{option}`" for option in field["enum"] if option is not None)
    return _json_type(field) + (" (URL)" if field.get("format") == "uri" else "")


def _json_type(field: Field) -> str:
    kinds = field["type"]
    return next(kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null")


def _code(text: str | None) -> str:
    return f"`{text}`" if text is not None else ""


def _settings_table(rows: list[Setting]) -> str:
    return _table(("Setting", "Type", "Default", "What it is"), [_told(each) for each in rows])


def readme_streams() -> str:
    """The table of streams."""
    tap = TapPayments(config={"sync_windows": True}, validate_config=False)
    rows = []
    for name, stream in tap.streams.items():
        about = (type(stream).__doc__ or "").splitlines()[0]
        how = f"incremental on `{stream.replication_key}`" if stream.replication_key else "full"
        keys = ", ".join(f"`{key}`" for key in stream.primary_keys)
        rows.append((f"`{name}`", about, keys, how))
    return _table(("Stream", "Rows", "Key", "Read"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# Meltano


def meltano_settings() -> str:
    """The extractor's settings, in Meltano's words.

    A provider's default is a placeholder, not a value: a value would put the provider's object
    into the configuration, and so enable it.
    """
    return "\n".join(line for each in settings() for line in _meltano_setting(each))


def _meltano_setting(setting: Setting) -> Iterator[str]:
    field, title = setting.field, setting.field.get("title", setting.name)
    label = f"{TITLES[setting.provider]}: {title}" if setting.provider else title
    yield f"    - name: {setting.path}"
    yield f"      label: {json.dumps(label, ensure_ascii=False)}"
    yield f"      kind: {_meltano_kind(setting)}"
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


def _meltano_kind(setting: Setting) -> str:
    if setting.name in ("start_date", "end_date"):
        return "date_iso8601"
    return "options" if "enum" in setting.field else _json_type(setting.field)


# .env.example


def env_example() -> str:
    """The variables that Meltano reads, as comments: a variable that is set enables a provider."""
    lines = [
        "# Written by `make generate`. Copy it to .env and take the # from the lines you need;",
        "# even an empty value counts as given. Numbers, lists and objects are written as JSON.",
    ]
    group: str | None = "none yet"
    for each in settings():
        if each.provider != group:
            group = each.provider
            lines += ["", f"# {TITLES[group] if group else 'The tap'}"]
        notes = [
            *(["required"] if each.required else []),
            *(["secret"] if each.secret else []),
            *([f"default {each.default}"] if each.default is not None else []),
        ]
        lines.append(f"#{each.variable}=" + (f"  # {', '.join(notes)}" if notes else ""))
    return "\n".join(lines) + "\n"


# Files

MARKED: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"settings": readme_settings, "streams": readme_streams},
    "meltano.yml": {"settings": meltano_settings},
}
WHOLE: dict[str, Callable[[], str]] = {".env.example": env_example}


def rendered(root: Path) -> Iterator[tuple[Path, str]]:
    """Each file and what it should be."""
    for name, parts in MARKED.items():
        file = root / name
        text = file.read_text(encoding="utf-8")
        for part, render in parts.items():
            text = _between(text, part, render(), name)
        yield file, text
    for name, render in WHOLE.items():
        yield root / name, render()


def _between(text: str, part: str, content: str, name: str) -> str:
    """The text with what stands between its markers replaced."""
    pattern = re.compile(
        rf"(^[^\n]*generated: {part}\b[^\n]*\n)(.*?)(^[^\n]*end of generated {part}\b)",
        re.DOTALL | re.MULTILINE,
    )
    blank = "\n" if name.endswith(".md") else ""
    found = pattern.search(text)
    if not found:
        raise SystemExit(f"{name} has lost its markers for {part}")
    return f"{text[: found.end(1)]}{blank}{content}\n{blank}{text[found.start(3) :]}"


def main(arguments: list[str] | None = None) -> int:
    """Writes the files; with `--check` writes none and exits 1 where one is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--check", action="store_true", help="only say which files have drifted")
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder of the files")
    options = parser.parse_args(arguments)
    drifted = [
        (file, text)
        for file, text in rendered(options.root)
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    for file, text in drifted:
        if options.check:
            sys.stderr.write(f"{file.name} is not what the code says: run `make generate`\n")
        else:
            file.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {file.name}\n")
    return 1 if options.check and drifted else 0


if __name__ == "__main__":
    sys.exit(main())
