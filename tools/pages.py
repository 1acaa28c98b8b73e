"""What of the documentation site is written from the code, and the catalog's snapshots."""

from __future__ import annotations

import typing as t
from functools import partial

from entities import entity_diagram
from names import links
from streams import (
    about,
    columns_table,
    method,
    personal_paths,
    snapshot,
    streams,
    streams_of,
    streams_table,
)
from tables import own_settings, provider_settings, shared_settings, table
from targets import failing_table, loaders_table

from tap_payments.providers import PROVIDERS

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk import Stream

    from tap_payments.accounts.facts import Probes

TYPES = (
    "The types: **text** is a string as the vendor wrote it, **decimal** an amount in major units "
    "as an exact decimal string (SQL loaders make it a number), **instant** a date-time in the "
    "vendor's spelling, **day** a date. Every column but the keys may be null. First comes what a "
    "row is, then its money, its state, its time; the columns within an object are folded below."
)


def columns_page(title: str, some: list[Stream], more: str) -> str:
    """A page with the columns of some streams."""
    parts = [
        "<!-- Written by `make generate`: change the schemas in the code instead. -->",
        f"# {title}",
        TYPES,
        *([more] if more else []),
    ]
    for stream in some:
        keys = ", ".join(f"`{key}`" for key in stream.primary_keys)
        parts += [
            f"## `{stream.name}`",
            f"{about(stream)} Key: {keys}. Read: {method(stream)}.",
            columns_table(stream),
        ]
    return "\n\n".join(parts) + "\n"


def provider_columns(provider: str, title: str) -> str:
    """The columns of a provider's streams."""
    some = streams_of(provider)
    open_ones = any(getattr(stream, "open_columns", False) for stream in some)
    more = (
        "The reports' own columns are not documented by the vendor: each is a text column named "
        "as in the report's header, declared by the SCHEMA message that precedes the rows."
    )
    return columns_page(f"{title}: columns", some, more if open_ones else "")


def personal_table() -> str:
    """The columns that `personal_data` replaces, by stream."""
    rows = [
        (f"`{stream.name}`", ", ".join(f"`{path}`" for path in paths))
        for stream in streams()
        if (paths := list(personal_paths(stream)))
    ]
    return table(("Stream", "Personal columns"), rows)


def unverified_table() -> str:
    """What each vendor leaves open, a row per provider."""
    rows = []
    for provider in PROVIDERS:
        probes = provider.probes
        if probes is not None:
            questions = [fact.question for fact in probes.facts]
            rows.append((provider.title, " ".join([*questions, *probes.besides])))
    return table(("Provider", "Not documented, or not certain"), rows)


def unverified_list(probes: Probes | None) -> str:
    """What a vendor leaves open: each fact that the doctor can tell, and the rest."""
    if probes is None:
        return ""
    lines = [f"- `{fact.id}`: {fact.question}" for fact in probes.facts]
    return "\n".join([*lines, *(f"- {line}" for line in probes.besides)])


def _settings() -> str:
    return f"{own_settings()}\n\n## Every provider's object\n\n{shared_settings()}"


MARKED: dict[str, dict[str, Callable[[], str]]] = {
    "docs/settings.md": {
        "settings": _settings,
        "providers": partial(links, "providers/", "#settings"),
    },
    "docs/streams/index.md": {"streams": lambda: streams_table(streams())},
    "docs/guarantees.md": {"personal": personal_table},
    "docs/use/loaders.md": {"loaders": loaders_table, "failing": failing_table},
    **{
        f"docs/providers/{provider.name}.md": {
            "settings": partial(provider_settings, provider.name),
            "streams": lambda name=provider.name: streams_table(streams_of(name)),  # type: ignore[misc]  # mypy infers no lambda with a default
            "unverified": partial(unverified_list, provider.probes),
        }
        for provider in PROVIDERS
    },
}
WHOLE: dict[str, Callable[[], str]] = {
    "docs/assets/entities.svg": entity_diagram,
    "docs/streams/sync_windows.md": lambda: columns_page("Closed windows", streams_of(None), ""),
    **{
        f"docs/streams/{provider.name}.md": partial(provider_columns, provider.name, provider.title)
        for provider in PROVIDERS
    },
    **{f"tests/catalog/{stream.name}.json": partial(snapshot, stream) for stream in streams()},
}
