from __future__ import annotations

import signal

import pytest

from tap_payments.output.stopping import OutputLost, ReaderGone, Shield, Stopped, Terminated


def test_codes_are_those_of_a_process_that_a_signal_killed() -> None:
    assert Terminated(signal.SIGTERM).code == 143
    assert Terminated(signal.SIGINT).code == 130
    assert ReaderGone.code == 128 + signal.SIGPIPE
    assert OutputLost.code == 1


def test_what_ends_a_run_is_no_error_that_a_stream_could_catch() -> None:
    for kind in (Stopped, Terminated, ReaderGone, OutputLost):
        assert not issubclass(kind, Exception)


def test_outside_of_a_line_a_signal_ends_the_run_at_once() -> None:
    with pytest.raises(Terminated, match="SIGTERM"):
        Shield().on_signal(signal.SIGTERM)


def test_inside_a_line_a_signal_waits_until_it_is_whole() -> None:
    shield, done = Shield(), []
    with pytest.raises(Terminated, match="SIGINT"):  # noqa: PT012 - the order is the test
        with shield.whole():
            shield.on_signal(signal.SIGINT)
            done.append("line")
        done.append("after")
    assert done == ["line"]


def test_inside_lines_within_lines_it_waits_for_the_outermost() -> None:
    shield, done = Shield(), []
    with pytest.raises(Terminated):  # noqa: PT012 - the order is the test
        with shield.whole():
            with shield.whole():
                shield.on_signal(signal.SIGTERM)
                done.append("record")
            done.append("state")
        done.append("after")
    assert done == ["record", "state"]


def test_a_second_signal_changes_nothing() -> None:
    shield = Shield()
    with pytest.raises(Terminated, match="SIGTERM"), shield.whole():  # noqa: PT012 - both count
        shield.on_signal(signal.SIGTERM)
        shield.on_signal(signal.SIGINT)


def test_after_a_signal_one_more_line_can_be_written() -> None:
    shield, done = Shield(), []
    with pytest.raises(Terminated):
        shield.on_signal(signal.SIGTERM)
    with pytest.raises(Terminated), shield.whole():
        done.append("the last STATE")
    assert done == ["the last STATE"]


def test_an_error_inside_a_line_passes() -> None:
    shield = Shield()
    with pytest.raises(BrokenPipeError), shield.whole():
        raise BrokenPipeError
    with shield.whole():
        pass


def test_without_a_signal_nothing_happens() -> None:
    shield = Shield()
    with shield.whole(), shield.whole():
        pass
