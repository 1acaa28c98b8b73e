"""`tap-payments-sandbox`: serves the APIs until it is told to stop."""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import sys
import threading
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from tap_payments.sandbox.clock import Clock
from tap_payments.sandbox.faults import GRAMMAR, FaultError
from tap_payments.sandbox.moods import GRAMMAR as MOODS
from tap_payments.sandbox.moods import Common, MoodError, options_of
from tap_payments.sandbox.replay.recording import ReplayError
from tap_payments.sandbox.rows.spelling import to_instant
from tap_payments.sandbox.server import Sandbox
from tap_payments.sandbox.world import providers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM; exit code 0, 1 where it cannot serve, 2 for a wrong call."""
    options = _parser().parse_args(arguments)
    try:
        sandbox = Sandbox(
            seed=options.seed,
            days=options.days,
            clock=Clock(options.now, offset=-timedelta(hours=options.clock_behind)),
            replay=options.replay,
            host=options.host,
            port=options.port,
            latency=options.latency_ms / 1000,
        )
        for fault in options.fault:
            sandbox.faults.add(fault)
        for mood in options.mood:
            sandbox.moods.set(mood)
    except (FaultError, MoodError, ReplayError) as error:
        return _complain(str(error), 2)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    try:
        sandbox.start()
    except OSError as error:
        reason = error.strerror or str(error)
        return _complain(f"cannot listen on {options.host} port {options.port}: {reason}", 1)
    try:
        return _serve(sandbox, options, stopping)
    finally:
        sandbox.stop()


def _serve(sandbox: Sandbox, options: argparse.Namespace, stopping: threading.Event) -> int:
    if not _is_loopback(sandbox.host):
        _complain(f"warning: {sandbox.host} is not loopback: others can reach it", 0)
    config, env = options.write_config, options.write_env
    for file, write in ((config, sandbox.write_config), (env, sandbox.write_env)):
        try:
            if file:
                write(file)
        except OSError as error:
            return _complain(f"cannot write {file}: {error.strerror}", 1)
    _introduce(sandbox, config, env)
    stopping.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tap-payments-sandbox",
        description=f"The APIs of {', '.join(api.title for api in providers())} on loopback,\n"
        "over invented data that is the same for the same seed and moves with the clock.",
        epilog=_all_moods(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    add("--port", type=_whole(0, 65535), default=0, help="0 is any free port (%(default)s)")
    add("--seed", type=int, default=1, help="another seed is another data set (%(default)s)")
    add("--days", type=_whole(1, 3650), default=30, help="days of history (%(default)s)")
    add("--write-config", type=Path, metavar="FILE", help="write the tap's configuration")
    add("--write-env", type=Path, metavar="FILE", help="write it as variables for Meltano's .env")
    add("--replay", type=Path, metavar="FOLDER", help="serve recordings of tap-payments-doctor")
    add("--fault", action="append", default=[], metavar="SPEC", help=GRAMMAR.replace("%", "%%"))
    add(
        "--mood",
        action="append",
        default=[],
        metavar="SPEC",
        help=f"{MOODS}: what the vendor leaves open. The configuration stays as it is",
    )
    add("--latency-ms", type=_whole(0, 600_000), default=0, help="wait before every answer")
    add(
        "--clock-behind",
        type=_whole(0, 24 * 365),
        default=0,
        metavar="HOURS",
        help="run so far behind the real time, to be advanced by POST /_sandbox/clock",
    )
    add("--now", type=_instant, metavar="INSTANT", help="start the clock there, in UTC, not today")
    return parser


def _all_moods() -> str:
    shared = options_of(Common)
    lines = [f"  any.{name}={option.values}" for name, option in shared.items()]
    for api in providers():
        own = {name: each for name, each in options_of(api).items() if name not in shared}
        lines += [f"  {api.name}.{name}={option.values}" for name, option in own.items()]
    return "\n".join(("moods:", *lines))


def _instant(text: str) -> datetime:
    instant = to_instant(text)
    if instant is None or not 2000 <= instant.year <= 2999:
        raise argparse.ArgumentTypeError(f"{text} is no instant such as 2026-11-20T23:58:00Z")
    return instant


def _whole(low: int, high: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{text} is not from {low} to {high}")
        return number

    return whole


def _introduce(sandbox: Sandbox, config: Path | None, env: Path | None) -> None:
    """Says where it is, with which configuration the tap reads it, and what to try."""
    name = shlex.quote(str(config)) if config else "config.json"
    lines = [
        f"The sandbox is at {sandbox.url} until you stop it (Ctrl-C). Its configuration:",
        json.dumps(sandbox.config(), indent=2),
        *([] if config or env else [f"Save it as {name}, or let --write-config {name} do it."]),
        *([f"Meltano finds it in {env}."] if env else []),
        *(
            [f"It replays {each.provider}.{each.account}." for each in sandbox.recordings]
            or ["The columns of Tikpay's reports are invented: the vendor publishes none."]
        ),
        "Next: meltano run tap-payments target-jsonl"
        if env and not config
        else f"Next: tap-payments --config {name}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"tap-payments-sandbox: {message}\n")
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
