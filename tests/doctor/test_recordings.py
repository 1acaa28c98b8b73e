"""Each recording in tests/recordings/, replayed, leads the doctor to what it was recorded of."""

from __future__ import annotations

import json
import typing as t
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.doctor.box import visit
from tests.sandbox.replay.recorder import replaying

if t.TYPE_CHECKING:
    from tests.doctor.box import Visit

FOLDER = Path(__file__).parent.parent / "recordings"
NAMES = sorted(file.stem for file in FOLDER.glob("*.json"))
OF_THE_DAY = ("latency_ms", "tls")
"""Facts of where and when the recording is served."""
NOW = datetime(2026, 5, 20, 15, tzinfo=UTC)


def told(done: Visit) -> dict[str, list[t.Any]]:
    """The verdicts of a visit, and what was seen."""
    return {name: [fact["verdict"], fact["seen"]] for name, fact in done.facts.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_doctor_tells_from_a_recording_what_the_server_does(name: str, tmp_path: Path) -> None:
    expected = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    with replaying(FOLDER / name, NOW) as sandbox:
        done = visit(sandbox, sandbox.config(name.partition("-")[0]), tmp_path)
    found = told(done)
    assert {fact: each for fact, each in found.items() if fact not in OF_THE_DAY} == expected


def test_there_is_a_recording_for_each_provider() -> None:
    assert {name.partition("-")[0] for name in NAMES} == {
        "zimpler", "begateway", "spacivox", "tikpay",
    }  # fmt: skip
