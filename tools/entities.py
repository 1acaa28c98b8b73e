"""The entity diagram of all streams, drawn from their keys; it follows the page's colours."""

from __future__ import annotations

import typing as t
from html import escape

from streams import columns, streams_of

from tap_payments.providers import PROVIDERS

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk import Stream


class Reference(t.NamedTuple):
    """A column of a stream that names a row of another; both hold for one `_account`."""

    stream: str
    column: str
    target: str
    target_column: str


REFERENCES = (
    Reference("begateway_transactions", "parent_uid", "begateway_transactions", "uid"),
    Reference("spacivox_payment_transactions", "team", "spacivox_teams", "id"),
    Reference("tikpay_customers", "_report_job_id", "tikpay_report_jobs", "jobId"),
    Reference("tikpay_payments", "_report_job_id", "tikpay_report_jobs", "jobId"),
    Reference("tikpay_taps", "_report_job_id", "tikpay_report_jobs", "jobId"),
    Reference("tikpay_trips", "_report_job_id", "tikpay_report_jobs", "jobId"),
    Reference("zimpler_transactions", "currency", "zimpler_current_balance", "currency"),
)

WIDTH, GAP, EDGE = 262, 96, 12
LINE, HEAD = 20, 28
LEFT, RIGHT = EDGE, EDGE + WIDTH + GAP


class Box(t.NamedTuple):
    """A stream at its place: its columns from the top, the keys first."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    x: int
    y: int

    @property
    def height(self) -> int:
        """Title, columns and a margin."""
        return HEAD + LINE * len(self.columns) + 8

    def row(self, column: str) -> int:
        """The height at which a column's line ends."""
        return self.y + HEAD + LINE * self.columns.index(column) + LINE // 2


def entity_diagram() -> str:
    """The diagram as SVG."""
    parts: list[str] = []
    top = EDGE
    for title, some in (
        *((provider.title, streams_of(provider.name)) for provider in PROVIDERS),
        ("Of the tap itself, where the setting sync_windows is true", streams_of(None)),
    ):
        parts.append(f'<text class="band" x="{EDGE}" y="{top + 14}">{escape(title)}</text>')
        boxes = _placed(some, top + 26)
        parts += [line for box in boxes.values() for line in _drawn(box)]
        parts += [_arrow(reference, boxes) for reference in REFERENCES if reference.stream in boxes]
        top = max(box.y + box.height for box in boxes.values()) + 26
    size = f"0 0 {RIGHT + WIDTH + EDGE} {top}"
    label = "Streams, their keys, and the columns by which they refer to each other"
    head = (
        f'<svg class="diagram" xmlns="http://www.w3.org/2000/svg" viewBox="{size}" role="img" '
        f'aria-label="{label}">'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _placed(some: list[Stream], top: int) -> dict[str, Box]:
    """Streams that refer to others on the left, others on the right, by their names."""
    boxes: dict[str, Box] = {}
    below = {LEFT: top, RIGHT: top}
    for stream in some:
        refers = [each for each in REFERENCES if each.stream == stream.name]
        inward = [each for each in REFERENCES if each.target == stream.name]
        known = {path for path, _ in columns(stream.schema)}
        named = (
            *stream.primary_keys,
            *(each.column for each in refers),
            *(each.target_column for each in inward),
        )
        if missing := set(named) - known:
            raise SystemExit(f"{stream.name} has no column {', '.join(missing)}")
        x = RIGHT if inward and not refers else LEFT
        box = Box(stream.name, tuple(stream.primary_keys), tuple(dict.fromkeys(named)), x, below[x])
        boxes[stream.name] = box
        below[x] += box.height + 14
    return boxes


def _drawn(box: Box) -> Iterator[str]:
    yield (
        f'<rect class="box" x="{box.x}" y="{box.y}" width="{WIDTH}" height="{box.height}" rx="4"/>'
    )
    yield f'<rect class="head" x="{box.x}" y="{box.y}" width="{WIDTH}" height="{HEAD - 4}" rx="4"/>'
    yield f'<text class="title" x="{box.x + 10}" y="{box.y + 17}">{escape(box.name)}</text>'
    for column in box.columns:
        style = "key" if column in box.keys else "column"
        y = box.row(column) + 5
        yield f'<text class="{style}" x="{box.x + 10}" y="{y}">{escape(column)}</text>'
        if column in box.keys:
            yield f'<text class="mark" x="{box.x + WIDTH - 10}" y="{y}">key</text>'


def _arrow(reference: Reference, boxes: dict[str, Box]) -> str:
    source, target = boxes[reference.stream], boxes[reference.target]
    x, y = source.x + WIDTH, source.row(reference.column)
    to_y = target.row(reference.target_column)
    if source is target:
        path = f"M{x},{y} h24 V{to_y} h-18"
        tip = f"M{x + 7},{to_y - 4} l-7,4 l7,4 z"
    else:
        middle = x + GAP // 2
        path = f"M{x},{y} H{middle} V{to_y} H{target.x - 6}"
        tip = f"M{target.x - 7},{to_y - 4} l7,4 l-7,4 z"
    return f'<path class="line" d="{path}"/><path class="tip" d="{tip}"/>'
