"""Airbyte's protocol: what every line that the source writes is held against."""

from __future__ import annotations

import typing as t

from airbyte_protocol.models import AirbyteMessage, AirbyteStateBlob
from pydantic import BaseModel

if t.TYPE_CHECKING:
    from collections.abc import Iterator


def assert_protocol(lines: list[str]) -> None:
    """Every line is a message of the protocol, and has no member that the protocol lacks."""
    for line in lines:
        message = AirbyteMessage.model_validate_json(line)
        unknown = list(_unknown(message, "message"))
        assert not unknown, (unknown, line[:300])


def _unknown(model: BaseModel, where: str) -> Iterator[str]:
    if isinstance(model, AirbyteStateBlob):
        return
    yield from (f"{where}.{name}" for name in model.model_extra or ())
    for name in type(model).model_fields:
        value = getattr(model, name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                yield from _unknown(each, f"{where}.{name}")
