"""A temporary folder that cannot be used is one clear line, and costs the reports alone."""

from __future__ import annotations

import re
import typing as t

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.clock import NOW
from tests.support.taps import spelled, watermarks, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Commands

# Nobody can create a file in /sys, not even root: there it is a file system of the kernel's own.
READ_ONLY = ("/sys", "permission denied|read-only file system")
MISSING = ("/sys/gone", "no such file or directory")


@pytest.mark.parametrize(("folder", "reason"), [READ_ONLY, MISSING], ids=["read-only", "missing"])
def test_a_temporary_folder_that_cannot_be_used_is_named(
    commands: Commands, tmp_path: Path, folder: str, reason: str
) -> None:
    with Sandbox(seed=3, days=3, accounts=1, clock=Clock(NOW, frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = 0
        config = sandbox.config("zimpler", "tikpay") | {"start_date": "2026-03-17"}
        config["tikpay"] |= {"poll_interval": 1}
        file = written(tmp_path, "c.json", config)
        done = commands("--config", file, now=NOW, TMPDIR=folder)
        assert (done.code, done.is_quiet) == (1, True)
        for stream in ("tikpay_customers", "tikpay_payments", "tikpay_taps", "tikpay_trips"):
            assert stream in done.last_line
            assert watermarks(done.run.state, stream) == {}
        assert re.search(
            rf"the file of report job \S+ could not be stored in {folder} \(({reason})\): "
            "let TMPDIR name a folder with room for it",
            done.last_line,
        )
        assert spelled(done.run.rows("zimpler_transactions")) == spelled(
            sandbox.zimpler.rows("main")
        )
