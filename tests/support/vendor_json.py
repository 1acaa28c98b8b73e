"""Rows as a vendor might spell them: right, wrong, doubled, escaped and indented."""

from __future__ import annotations

import json
import typing as t

from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from collections.abc import Mapping

NUMBERS = [
    "0.0",
    "-0.5",
    "12.10",
    "1e3",
    "1E+3",
    "1e-7",
    "12345678901234567.89",
    "1e400",
    "-1.5e-400",
    "0.10000000000000000001",
    "1.0",
]
INTEGERS = ["0", "7", "-12", "28860", "123456789012345678901234567890", "9223372036854775808"]

texts = st.text(st.characters(exclude_categories=()), max_size=6)
strings = st.one_of(
    texts.map(json.dumps),  # every character outside ASCII as an escape, lone surrogates too
    st.text(max_size=6).map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.sampled_from(['""', '"\\/\\u00e9"', '"\\ud83d\\ude00"', '"\\ud800"', '"7"', '"null"']),
)
numbers = st.sampled_from(NUMBERS)
integers = st.sampled_from(INTEGERS)
flags = st.sampled_from(["true", "false"])
moneys = st.sampled_from(['"12.10"', '"-0.00"', '"1e3"', '"12345678901234567.89"', '"+7"', '".5"'])
instants = st.sampled_from(
    [
        '"2026-01-31T04:00:00Z"',
        '"2026-01-31T04:00:00.123456789+02:00"',
        '"2026-01-31 04:00:00"',
        '"2026-01-31t04:00:00z"',
        '"2026-01-31"',
        '"\\u0032026-01-31T04:00:00Z"',
    ]
)
days = st.sampled_from(['"2026-01-31"', '"2024-02-29"'])
odd = st.sampled_from(
    ['"nan"', '"1_000"', '"soon"', '" 12"', '"2026-02-30"', '"20260131"', '"2026-01-31T25:00:00Z"']
)
EVERYTHING = (
    *("null", "true", "false", *INTEGERS, *NUMBERS),
    *('"a"', '""', '"7"', '"12.10"', '"1e3"', '"nan"', '"inf"', '"1_000"', '" 12"', '"\u0663"'),
    *('"2026-01-31"', '"20260131"', '"2026-01-31T04:00:00Z"', '"2026-01-31t04:00:00z"'),
    *('"2026-01-31 04:00"', '"2026-01-31T04:00:00,5Z"', '"2026-02-30"', '"soon"', '"\\ud800"'),
    *("{}", '{"text":"a"}', '{"text":7,"x":1.50}', '{"minor":"x"}', "[]", "[1.50]", '[{"a":1}]'),
)
"""A value of every kind, and texts that nearly suit a format."""

separators = st.sampled_from([(",", ":"), (", ", ": "), (",\n  ", " : "), (",\r\n\t", ":\r")])


def object_of(members: list[tuple[str, str]], separator: tuple[str, str]) -> str:
    comma, colon = separator
    return "{" + comma.join(f"{name}{colon}{value}" for name, value in members) + "}"


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.tuples(st.lists(inner, max_size=3), separators).map(
        lambda drawn: "[" + drawn[1][0].join(drawn[0]) + "]"
    )
    objects = st.builds(object_of, st.lists(st.tuples(strings, inner), max_size=3), separators)
    return lists | objects


anything = st.recursive(
    st.just("null") | flags | integers | numbers | strings | odd, _compound, max_leaves=6
)


def value_of(schema: Mapping[str, t.Any], *, mistakes: int = 0) -> st.SearchStrategy[str]:
    """A value that fits a field, but for so many mistakes deep inside."""
    by_format = {"x-singer.decimal": moneys, "date-time": instants, "date": days}
    if "format" in schema:
        return by_format[schema["format"]]
    kinds = [kind for kind in schema["type"] if kind != "null"]
    if kinds == ["object"]:
        return section_of(schema.get("properties", {}), mistakes=mistakes)
    return {
        "string": strings,
        "integer": integers,
        "number": integers | numbers,
        "boolean": flags,
        "array": st.lists(anything, max_size=2).map(lambda items: f"[{','.join(items)}]"),
    }[kinds[0]]


@st.composite
def section_of(
    draw: st.DrawFn,
    properties: Mapping[str, t.Any],
    keys: tuple[str, ...] = (),
    *,
    mistakes: int = 0,
) -> str:
    """An object whose members fit, are null or missing, but for so many mistakes.

    A mistake is a value of another type or format, an unknown member or one that is doubled.
    """
    names = [name for name in properties if not name.startswith("_")]
    wrong = draw(st.lists(st.sampled_from([*names, ""]), min_size=mistakes, max_size=mistakes))
    members: list[tuple[str, str]] = []
    for name in names:
        field, spelled = properties[name], json.dumps(name)
        if name in wrong and field.get("properties") and draw(st.booleans()):
            members.append((spelled, draw(value_of(field, mistakes=1))))
        elif name in wrong:
            members.append((spelled, draw(odd | anything)))
        elif name in keys or (chance := draw(st.integers(0, 9))) > 2:
            members.append((spelled, draw(value_of(field))))
        elif chance:
            members.append((spelled, "null"))
    for _ in range(wrong.count("")):
        name = draw(st.sampled_from([*names, "new", "_account", "_extra", "\ud800", "a.b"]))
        if name not in keys:
            members.insert(draw(st.integers(0, len(members))), (json.dumps(name), draw(anything)))
    return object_of(members, draw(separators))


def row_of(properties: Mapping[str, t.Any], keys: tuple[str, ...]) -> st.SearchStrategy[str]:
    """A row of a stream; most have one mistake."""
    return st.sampled_from([1, 1, 0, 2]).flatmap(
        lambda mistakes: section_of(properties, keys, mistakes=mistakes)
    )


class Number(t.NamedTuple):
    """A JSON number by its spelling."""

    spelling: str


def exactly(text: bytes | str) -> t.Any:
    """A document whose numbers are compared by their digits."""
    return json.loads(text, parse_float=Number, parse_int=Number)


def extra_of(record: Mapping[str, t.Any]) -> t.Any:
    """What a record's `_extra` spells: a text of a JSON object, or null."""
    extra = record["_extra"]
    assert extra is None or isinstance(extra, str)
    return None if extra is None else json.loads(extra)


def is_kept(value: t.Any, column: t.Any, extra: t.Any) -> bool:
    """Whether a value is in its column, in parts of both, as its text, or in `_extra`."""
    if value in (column, extra):
        return True
    if isinstance(value, dict) and isinstance(column, dict):
        aside = extra if isinstance(extra, dict) else {}
        return all(is_kept(item, column.get(name), aside.get(name)) for name, item in value.items())
    if isinstance(column, str) and not isinstance(value, str):
        return bool(exactly(column) == value)
    return False
