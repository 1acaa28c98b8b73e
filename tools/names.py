"""Where all providers are named besides their settings and streams: menus, lists and a drawing."""

from __future__ import annotations

from html import escape

from tap_payments.providers import PROVIDERS

PAGE = 740
"""How wide the drawing is."""


def links(page: str, anchor: str = "") -> str:
    """The providers as links to their pages, or to a part of each."""
    *some, last = [f"[{each.title}]({page}{each.name}.md{anchor})" for each in PROVIDERS]
    return f"{', '.join(some)} and {last}."


def options(*others: str) -> str:
    """The choices of a form's field."""
    return f"      options: [{', '.join([*(each.title for each in PROVIDERS), *others])}]"


def pages() -> str:
    """The providers' pages, as the site's navigation lists them."""
    return "\n".join(f"      - {each.title}: providers/{each.name}.md" for each in PROVIDERS)


def pages_of_columns() -> str:
    """Their pages of columns."""
    return "\n".join(
        f"      - {each.title}'s columns: streams/{each.name}.md" for each in PROVIDERS
    )


def drawn() -> str:
    """The upper part of the drawing of the architecture: each vendor, and its folder below it."""
    step = (PAGE - 40) / len(PROVIDERS)
    first = round(20 + step / 2)
    lines = [f'<text class="small" x="{first + 10}" y="94">each a folder of providers/</text>']
    for number, provider in enumerate(PROVIDERS):
        left, middle = round(20 + number * step + 5), round(20 + (number + 0.5) * step)
        name = escape(provider.name)
        lines += [
            f'<text class="middle" x="{middle}" y="59">{escape(provider.title)}</text>',
            f'<path class="line" d="M{middle},108 V84"/>',
            f'<path class="tip" d="M{middle - 4},84 l4,-7 l4,7 z"/>',
            f'<rect class="box" x="{left}" y="110" width="{round(step - 10)}" height="66" rx="4"/>',
            f'<text class="code middle" x="{middle}" y="132">{name}/</text>',
            f'<text class="small middle" x="{middle}" y="150">settings, schemas,</text>',
            f'<text class="small middle" x="{middle}" y="165">requests</text>',
        ]
    return "\n".join(lines)
