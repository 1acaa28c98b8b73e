"""What Meltano says of runs that fail, and of an extractor for one provider."""

from __future__ import annotations

import os
import signal
import time
import typing as t

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.e2e.meltano_project import Project


def test_a_terminated_tap_fails_the_run(project: Project, sandbox: Sandbox) -> None:
    sandbox.faults.add("zimpler:stall=60:times=100")
    with project.running("run", "--no-install", "tap-payments", "target-jsonl") as meltano:
        os.kill(tap_that_waits(project, sandbox), signal.SIGTERM)
        log, _ = meltano.communicate(timeout=60)
    assert meltano.returncode != 0
    assert "Extractor failed" in log
    assert "Ended by SIGTERM" in log
    # What was whole before it is there, and its state too.
    assert (project.home / "output/spacivox_payment_transactions.jsonl").exists()
    assert "spacivox_payment_transactions" in project.state("target-jsonl")["bookmarks"]


def tap_that_waits(project: Project, sandbox: Sandbox) -> int:
    """The process of a tap whose request to Zimpler has no answer."""
    for _ in range(600):
        asked = any(request.provider == "zimpler" for request in sandbox.journal)
        running = [
            pid
            for pid, command in project.processes().items()
            if "/run/tap-payments/" in command and "--discover" not in command
        ]
        if asked and running:
            return running[0]
        time.sleep(0.1)
    raise TimeoutError("the tap does not ask Zimpler")


def test_a_refused_key_fails_the_run_and_no_other_provider(
    project: Project, sandbox: Sandbox
) -> None:
    wrong = "canary-token-5817"
    outcome = project.run("target-jsonl", TAP_PAYMENTS_SPACIVOX_ACCESS_TOKEN=wrong)
    log = "\n".join(outcome.events)
    assert outcome.code != 0
    assert "check spacivox.access_token" in log
    assert wrong not in log
    rows = (project.home / "output/zimpler_transactions.jsonl").read_text().splitlines()
    assert len(rows) == sum(
        len(sandbox.zimpler.rows(account)) for account in sandbox.zimpler.accounts
    )


def test_an_extractor_for_one_provider_reads_only_that(project: Project) -> None:
    outcome = project.run("target-jsonl", extractor="tap-payments-spacivox")
    assert outcome.code == 0, "\n".join(outcome.events)
    written = {file.name for file in (project.home / "output").iterdir()}
    assert written == {"spacivox_payment_transactions.jsonl", "spacivox_teams.jsonl"}
