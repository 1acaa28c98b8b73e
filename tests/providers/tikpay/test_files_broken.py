"""Files that are broken, empty, packed or cut off."""

from __future__ import annotations

import typing as t

import pytest

from tap_payments.sandbox import Fault
from tests.providers.tikpay.box import HORIZON, box
from tests.providers.tikpay.reports_box import read
from tests.support.taps import watermarks

Packed = t.Literal["declared", "undeclared"] | None


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<taps><tap><id>&b;</id></tap></taps>"""


@pytest.mark.parametrize(
    ("report", "own"),
    [
        (b'tapId,note\n1,"cut', {}),
        (b"tapId\n\xff\xfe\n1\n", {}),
        (b"tapId\n1\0\n", {}),
        (BOMB, {"file_type": "xml"}),
        (b"<taps><tap><id>1</id>", {"file_type": "xml"}),
        (b"not xml", {"file_type": "xml"}),
    ],
)
def test_a_broken_file_fails_its_stream_and_moves_no_watermark(
    report: bytes, own: dict[str, t.Any]
) -> None:
    with box() as sandbox:
        done = read(sandbox, report, **own)
        assert done.failed is not None
        assert sandbox.tikpay.jobs[0].id in done.failed
        assert watermarks(done.state, "tikpay_taps") == {}


def test_an_empty_file_is_no_rows_and_a_warning() -> None:
    with box() as sandbox:
        done = read(sandbox, b"")
        assert done.failed is None
        assert done.records("tikpay_taps") == []
        assert done.logged("WARNING", "empty file")
        assert watermarks(done.state, "tikpay_taps") == {"default": HORIZON}


@pytest.mark.parametrize("packed", ["declared", "undeclared"])
def test_gzip_is_unpacked(packed: Packed) -> None:
    with box() as sandbox:
        sandbox.tikpay.gzip = packed
        assert len(read(sandbox, b"tapId\n1\n2\n").records("tikpay_taps")) == 2


@pytest.mark.parametrize("packed", [None, "declared", "undeclared"])
def test_a_file_that_is_cut_off_is_an_error(packed: Packed) -> None:
    with box() as sandbox:
        sandbox.tikpay.gzip = packed
        sandbox.tikpay.truncate_downloads = 99
        done = read(sandbox, b"tapId\n" + b"1\n" * 1000)
        assert done.failed is not None
        assert watermarks(done.state, "tikpay_taps") == {}


def test_a_download_that_breaks_once_is_got_over() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault.parse("tikpay-downloads:truncate"))
        sandbox.faults.add(Fault.parse("tikpay-downloads:500:after=1"))
        done = read(sandbox, b"tapId\n1\n2\n")
        assert done.failed is None
        assert len(done.records("tikpay_taps")) == 2
