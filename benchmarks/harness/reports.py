"""Tikpay's report jobs, each complete as soon as it is started, with one CSV file for all."""

from __future__ import annotations

import json
import random
import typing as t
from datetime import UTC, datetime, timedelta

HEADER = (
    "tapId,tripId,customerId,tappedAt,receivedAt,type,locationId,locationTitle,deviceId,"
    "amount,currency,outcome"
)
STOPS = ("Central", "Harbour Wharf", "Old Market", "University", "Airport", "North Station")


class Reports:
    """The jobs of one account, and its token."""

    def __init__(self) -> None:
        self._jobs: list[dict[str, t.Any]] = []

    def answer(self, path: str, body: bytes, file_url: str) -> bytes:
        """The answer to a call; what is before `/v1/` in the path has jobs of its own."""
        run, _, call = path.rpartition("/v1/")
        if call == "generate-report":
            return json.dumps(self._start(run, json.loads(body), file_url)).encode()
        if call == "report-jobs-list":
            jobs = [job for job in self._jobs if job["run"] == run]
            return json.dumps(jobs).encode()
        token = {"access_token": "benchmark", "token_type": "Bearer", "expires_in": 3600}
        return json.dumps(token).encode()

    def _start(self, run: str, asked: dict[str, t.Any], file_url: str) -> dict[str, t.Any]:
        now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        job = {
            "run": run,
            "status": "COMPLETE",
            "timezone": "UTC",
            "jobId": f"{len(self._jobs):026d}",
            "fileType": "csv",
            "downloadUrl": file_url,
            "reportType": asked["reportType"],
            "startTime": asked["startTime"],
            "endTime": asked["endTime"],
            "createdAt": now.isoformat(),
            "expiresAt": (now + timedelta(days=7)).isoformat(),
            "completedAt": now.isoformat(),
        }
        self._jobs.append(job)
        return {"jobId": job["jobId"], "status": "IN_PROGRESS"}


def make_report(count: int) -> bytes:
    """A CSV file of `count` taps, about 137 bytes each; an amount in six is empty."""
    chance = random.Random(1)
    start = datetime(2026, 1, 1)  # noqa: DTZ001 - the operator's own time, without a zone
    lines = [HEADER]
    for number in range(count):
        bits = chance.getrandbits(64)
        at = (start + timedelta(seconds=number * 7)).isoformat()
        amount = "" if bits % 6 == 0 else f"{bits % 980 / 100:.2f}"
        lines.append(
            f"TAP-{number:09d}-{'ON' if bits & 1 else 'OFF'},TRP-{bits >> 32:010d},"
            f"CUS-{(bits >> 16) % 1_000_000:07d},{at},{at},{'ON' if bits & 1 else 'OFF'},"
            f"L{bits % 500:03d},{STOPS[bits % 6]},D{(bits >> 8) % 900:04d},{amount},AUD,APPROVED"
        )
    lines.append("")
    return "\n".join(lines).encode()
