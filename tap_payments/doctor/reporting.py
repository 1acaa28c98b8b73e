"""What was found out, for a tired person, for a program, and for an issue."""

from __future__ import annotations

import json
import textwrap
import typing as t

from tap_payments.accounts.facts import spelled

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_payments.accounts.facts import Finding, Probes
    from tap_payments.doctor.examining import Examination

WIDTHS = (30, 14, 22, 46)
"""Columns of the table: fact, assumed, seen, what to do."""
HEADS = ("fact", "assumed", "seen", "what to do")
MARKS = {"confirmed": "ok", "contradicted": "!!", "observed": "--", "unknown": "??"}
LEGEND = "ok as assumed   !! not as assumed   -- nothing was assumed   ?? not known yet"


def as_json(examinations: Sequence[Examination], version: str) -> str:
    """The findings for a program."""
    document = {"version": version, "accounts": [each.to_dict() for each in examinations]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_text(examinations: Sequence[Examination], version: str) -> str:
    """The findings as a table, and at its end what to change."""
    lines = [f"tap-payments {version}: what is known of {_number(len(examinations), 'account')}"]
    lines += [LEGEND]
    for each in examinations:
        lines += ["", f"{each.provider}.{each.account} ({_number(each.requests, 'request')})", ""]
        lines += _line("  ", HEADS)
        for finding in each.facts:
            lines += _line(MARKS[finding.verdict], _cells(finding))
    return "\n".join([*lines, "", *_last_words(examinations)]) + "\n"


def as_markdown(examinations: Sequence[Examination], version: str) -> str:
    """The findings to paste into an issue."""
    lines = [f"`tap-payments-doctor` {version}"]
    for each in examinations:
        lines += ["", f"### {each.provider} ({_number(each.requests, 'request')})", ""]
        lines += ["| fact | assumed | seen | verdict | advice |", "| --- | --- | --- | --- | --- |"]
        for finding in each.facts:
            fact, assumed, seen, advice = map(_escaped, _cells(finding))
            lines.append(f"| `{fact}` | {assumed} | {seen} | {finding.verdict} | {advice} |")
    return "\n".join(lines) + "\n"


FORMATS: dict[str, Callable[[Sequence[Examination], str], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
}


def announced(subject: str, probes: Probes, budget: int) -> Iterator[str]:
    """What would be asked of an account, a line for each request."""
    requests = [*probes.openings, *(each for fact in probes.facts for each in fact.requests)]
    yield f"{subject}: at most {_number(budget, 'request')}, in this order, until they are spent"
    for number, request in enumerate(requests, 1):
        yield f"  {number:2}. {request}"
    if budget > 1:
        yield "   +  each once more, where it is answered 429, 500, 502 or 503, or not at all"
    if probes.links:
        yield "   +  a token, and the files of the reports that lie ready: these are no requests"


def _cells(finding: Finding) -> tuple[str, str, str, str]:
    known = "" if finding.seen is None else spelled(finding.seen)
    assumed = "" if finding.assumed is None else spelled(finding.assumed)
    return finding.id, assumed, known, finding.advice


def _line(mark: str, cells: Sequence[str]) -> Iterator[str]:
    """A row of the table, as many lines as its longest cell takes."""
    wrapped = [
        textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, WIDTHS, strict=True)
    ]
    for number in range(max(map(len, wrapped))):
        parts = [cell[number] if number < len(cell) else "" for cell in wrapped]
        padded = [part.ljust(width) for part, width in zip(parts, WIDTHS, strict=True)]
        yield f"{mark if not number else '  '} {'  '.join(padded)}".rstrip()


def _last_words(examinations: Sequence[Examination]) -> Iterator[str]:
    """What to change, account by account; that nothing is to be changed, where it is so."""
    wrong = [
        (f"{each.provider}.{each.account}", finding)
        for each in examinations
        for finding in each.facts
        if finding.verdict == "contradicted" or (finding.id == "authenticated" and finding.advice)
    ]
    if not wrong:
        yield "Nothing has to be changed."
    for subject, finding in wrong:
        words = finding.advice or "is not as the tap assumes"
        yield from textwrap.wrap(f"{subject} {finding.id}: {words}", 110, subsequent_indent="  ")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _number(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")
