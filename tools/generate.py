"""`make generate`: writes what follows from the code; with `--check`, says what has drifted.

README.md and pages of docs/ (settings and streams, between markers), meltano.yml (the extractor's
settings, between markers), .env.example, the Hub's definition, the pages of columns, the entity
diagram and the catalog's snapshots (whole).
"""

from __future__ import annotations

import argparse
import re
import sys
import typing as t
from functools import partial
from pathlib import Path

import names
import pages
from plugin import (
    TITLES,
    extractors,
    hub_definition,
    meltano_capabilities,
    meltano_selection,
    meltano_settings,
)
from streams import streams, streams_table
from tables import own_settings, provider_settings, settings, shared_settings

from tap_payments.providers import PROVIDERS

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent

# README.md


def readme_settings() -> str:
    """The tables of settings: the tap's own, every provider's, and each provider's."""
    return "\n\n".join(
        [
            own_settings(),
            "Every provider's object takes these:\n\n" + shared_settings(),
            *(
                f"`{provider.name}`: {provider.title}\n\n" + provider_settings(provider.name)
                for provider in PROVIDERS
            ),
        ]
    )


def readme_streams() -> str:
    """The table of streams."""
    return streams_table(streams())


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
    "README.md": {
        "settings": readme_settings,
        "streams": readme_streams,
        "unverified": pages.unverified_table,
    },
    "meltano.yml": {
        "capabilities": meltano_capabilities,
        "select": meltano_selection,
        "settings": meltano_settings,
        "extractors": extractors,
    },
    "mkdocs.yml": {"pages": names.pages, "columns": names.pages_of_columns},
    **{
        f".github/ISSUE_TEMPLATE/{form}.yml": {"providers": partial(names.options, *others)}
        for form, *others in (
            ("bug", "all of them"),
            ("provider", "another one"),
            ("first-contact",),
        )
    },
    "docs/first-contact.md": {
        "providers": partial(names.links, "providers/", "#what-is-unverified")
    },
    "docs/assets/architecture.svg": {"providers": names.drawn},
    **pages.MARKED,
}
WHOLE: dict[str, Callable[[], str]] = {
    ".env.example": env_example,
    "hub/tap-payments.yml": hub_definition,
    **pages.WHOLE,
}


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
        name = file.relative_to(options.root).as_posix()
        if options.check:
            sys.stderr.write(f"{name} is not what the code says: run `make generate`\n")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {name}\n")
    return 1 if options.check and drifted else 0


if __name__ == "__main__":
    sys.exit(main())
