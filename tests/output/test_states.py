"""A STATE is the last line, and STATEs never outgrow the rows."""

from __future__ import annotations

import contextlib
import io
import json
import typing as t

from tap_payments.output.states import LONGEST, SHARE, SHORT, States
from tap_payments.output.stopping import Terminated
from tap_payments.output.writer import Writer

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.clock import Clock

SHORT_STATE = {"bookmarks": {"rows": {"n": 1}}}


def long_state(number: int) -> dict[str, t.Any]:
    """A state that is longer than every window pays for."""
    return {"bookmarks": {"rows": {"n": number, "others": "x" * SHORT}}}


class Output:
    """What was written, as messages."""

    def __init__(self, clock: Clock) -> None:
        self.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        self.writer = Writer()
        self.states = States(self.writer, clock)

    def row(self, size: int = 1) -> None:
        """Writes a line that is no STATE."""
        self.writer.write(json.dumps({"type": "RECORD", "record": "x" * size}).encode() + b"\n")

    @property
    def kinds(self) -> list[str]:
        """The types of the messages."""
        lines = self.stdout.buffer.getvalue().splitlines()
        return [json.loads(line)["type"] for line in lines]


@contextlib.contextmanager
def writing(clock: Clock) -> Iterator[Output]:
    """An output of its own in the place of stdout."""
    found = Output(clock)
    with contextlib.redirect_stdout(found.stdout):
        yield found


def test_a_short_state_follows_every_window_and_is_written_once(clock: Clock) -> None:
    with writing(clock) as output:
        for number in (1, 1, 2, 2):
            output.states.write_state({"bookmarks": {"n": number}})
        assert output.kinds == ["STATE", "STATE"]


def test_a_state_that_a_row_follows_is_written_again_at_the_end(clock: Clock) -> None:
    with writing(clock) as output:
        output.states.write_state(SHORT_STATE)
        output.row()
        output.states.write_state(SHORT_STATE)
        assert output.kinds == ["STATE", "RECORD"]
        output.states.finish(SHORT_STATE)
        assert output.kinds == ["STATE", "RECORD", "STATE"]
        output.states.finish(SHORT_STATE)
        assert output.kinds[-2:] == ["RECORD", "STATE"]


def test_a_run_that_commits_nothing_ends_with_an_empty_state(clock: Clock) -> None:
    with writing(clock) as output:
        output.row()
        output.states.finish({})
        assert output.kinds == ["RECORD", "STATE"]


def test_a_long_state_waits_for_rows_of_ten_times_its_length(clock: Clock) -> None:
    with writing(clock) as output:
        output.states.write_state(long_state(1))
        output.states.write_state(long_state(2))
        output.row(SHARE * SHORT // 2)
        output.states.write_state(long_state(3))
        assert output.kinds == ["STATE", "RECORD"]
        output.row(SHARE * SHORT)
        output.states.write_state(long_state(4))
        assert output.kinds == ["STATE", "RECORD", "RECORD", "STATE"]


def test_a_long_state_waits_no_longer_than_ten_seconds(clock: Clock) -> None:
    with writing(clock) as output:
        output.states.write_state(long_state(1))
        output.states.write_state(long_state(2))
        assert output.kinds == ["STATE"]
        clock.now += LONGEST
        output.states.write_state(long_state(3))
        assert output.kinds == ["STATE", "STATE"]


def test_a_state_that_still_waits_is_the_last_line(clock: Clock) -> None:
    with writing(clock) as output:
        output.states.write_state(long_state(1))
        output.states.write_state(long_state(2))
        output.states.finish(long_state(2))
        assert output.kinds == ["STATE", "STATE"]


def test_a_failure_is_followed_by_the_state_and_a_signal_is_not(clock: Clock) -> None:
    for error, last in ((None, "STATE"), (ValueError(), "STATE"), (Terminated(15), "RECORD")):
        with writing(clock) as output:
            with contextlib.suppress(ValueError, Terminated), output.states.ending(SHORT_STATE):
                output.row()
                if error:
                    raise error
            assert output.kinds[-1] == last
