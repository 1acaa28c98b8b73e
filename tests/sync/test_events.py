from __future__ import annotations

import functools
import inspect
import typing as t

import pytest

from tap_payments.sync.events import Events, Everybody

NAMES = [name for name, _ in inspect.getmembers(Events, inspect.isfunction) if name[0] != "_"]


class Ear(Events):
    """Writes down whatever it is told."""

    def __init__(self, name: str, heard: list[t.Any]) -> None:
        for event in NAMES:
            setattr(self, event, functools.partial(self.hear, heard, name, event))

    def hear(self, heard: list[t.Any], name: str, event: str, *told: t.Any, **more: t.Any) -> None:
        """Something happened."""
        heard.append((name, event, told, more))


@pytest.mark.parametrize("event", NAMES)
def test_everybody_is_told_everything_in_order(event: str) -> None:
    heard: list[t.Any] = []
    everybody = Everybody(Ear("one", heard), Ear("two", heard))
    parameters = inspect.signature(getattr(Events(), event)).parameters.values()
    told = [object() for each in parameters if each.kind is not each.KEYWORD_ONLY]
    more = {each.name: object() for each in parameters if each.kind is each.KEYWORD_ONLY}
    getattr(everybody, event)(*told, **more)
    assert heard == [(name, event, tuple(told), more) for name in ("one", "two")]


@pytest.mark.parametrize("event", NAMES)
def test_who_wants_to_hear_nothing_hears_nothing(event: str) -> None:
    parameters = inspect.signature(getattr(Events(), event)).parameters.values()
    told = [None for each in parameters if each.default is each.empty]
    assert getattr(Events(), event)(*told) is None
