"""PURE. Bodies that are no JSON: reports keep their columns, all else keeps only its outline."""

from __future__ import annotations

import csv
import io
import re
import typing as t

from tap_payments.accounts.facts import is_name

if t.TYPE_CHECKING:
    from tap_payments.doctor.scrubbing import Scrubber

_RUN = re.compile(r"[^\W_]+(?:[ .@:/+_-]+[^\W_]+)*")
_BETWEEN = re.compile(r">([^<>]+)<")
_ATTRIBUTE = re.compile(r"""([\w.:-]+)=("[^"]*"|'[^']*')""")
_TAG = re.compile(r"<[^<>]*>")


def scrubbed_report(text: str, delimiter: str, scrubber: Scrubber) -> str:
    """A report: the names of its columns and stand-ins for its cells."""
    if text.lstrip("\ufeff \r\n\t").startswith("<"):
        return scrubbed_xml(text, scrubber)
    return scrubbed_csv(text, delimiter, scrubber)


def scrubbed_csv(text: str, delimiter: str, scrubber: Scrubber) -> str:
    """A CSV file whose first line is kept, where it looks like names."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    try:
        rows = list(csv.reader(io.StringIO(text[len(mark) :], newline=""), delimiter=delimiter))
    except csv.Error:
        return scrubbed_outline(text, scrubber)
    header = rows[0] if rows else []
    names = [re.sub(r"[^A-Za-z0-9_]+", "_", cell.strip()) for cell in header]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if all(is_name(name) or not name for name in names):
        writer.writerow(header)
        rows = rows[1:]
    else:
        names = []
    for row in rows:
        padded = [*names, *[""] * (len(row) - len(names))]
        writer.writerow(
            [scrubber.text(cell, name) for cell, name in zip(row, padded, strict=False)]
        )
    return mark + out.getvalue()


def scrubbed_xml(text: str, scrubber: Scrubber) -> str:
    """An XML file with its elements, and stand-ins for texts and attributes."""
    if "<!" in text or "&" in text:  # comments, sections, entities: what they hold is not parsed
        return scrubbed_outline(text, scrubber)
    body = _BETWEEN.sub(lambda found: f">{_padded(found[1], scrubber)}<", text)
    return _TAG.sub(lambda found: _attributes(found[0], scrubber), body)


def _attributes(tag: str, scrubber: Scrubber) -> str:
    if tag.startswith("<?"):
        return tag
    return _ATTRIBUTE.sub(
        lambda found: f"{found[1]}={found[2][0]}{scrubber.text(found[2][1:-1])}{found[2][0]}", tag
    )


def _padded(text: str, scrubber: Scrubber) -> str:
    """A text between two tags; the white space around it stays."""
    core = text.strip()
    return text.replace(core, scrubber.text(core), 1) if core else text


def scrubbed_outline(text: str, scrubber: Scrubber) -> str:
    """Any text: marks and white space, and stand-ins for the words between them."""
    return _RUN.sub(lambda found: scrubber.text(found[0]), text)
