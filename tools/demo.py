"""`make demo`: all providers on this machine, two Meltano runs, one DuckDB database.

Runs in Meltano's environment (`.tools/meltano`). Each demo has a folder (in `output/demo`, or in
the one that is given), a port and a database of its own, so that two may run at once. What it
starts, it ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import typing as t
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import brought
import duckdb

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
MELTANO = ROOT / ".tools/meltano/bin/meltano"
SANDBOX = ROOT / ".meltano/extractors/tap-payments/venv/bin/tap-payments-sandbox"

AUDIT = ("tap-payments-audit", "target-duckdb-audit")
"""What reads the last month that can be closed anew, beside the other tables."""

HOURS = 20
"""What passes at the providers between the two runs; less than every provider's lookback."""

TRY = (
    "select type, currency, count(*) as transactions, sum(amount::decimal(18, 2)) as amount "
    "from zimpler_transactions group by all order by all"
)


class Failed(Exception):
    """The demo cannot go on; the message says why."""


def main(arguments: list[str]) -> int:
    """Runs the demo: 0, 1 where something failed, 130 or 143 where it was stopped."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    home = new_home(Path(arguments[0]) if arguments else ROOT / "output/demo")
    try:
        show(home)
    except KeyboardInterrupt:
        say("\n\nStopped; nothing is left running.")
        return 130
    except Failed as failure:
        say(f"\n\n{failure}")
        return 1
    finally:
        shutil.rmtree(home / ".meltano", ignore_errors=True)
        for leftover in ("meltano.yml", "config.json", "before.duckdb"):
            (home / leftover).unlink(missing_ok=True)
    return 0


def new_home(parent: Path) -> Path:
    """A Meltano project of the demo's own, which borrows what this one has installed."""
    parent.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix=f"{datetime.now():%Y%m%d-%H%M%S}-", dir=parent))  # noqa: DTZ005 - for people
    shutil.copy(ROOT / "meltano.yml", home)
    (home / ".meltano").mkdir()
    for kind in ("extractors", "loaders"):
        (home / ".meltano" / kind).symlink_to(ROOT / ".meltano" / kind)
    return home


def show(home: Path) -> None:
    """Everything that the demo shows, in its order."""
    say("Payment providers on this machine -> tap-payments -> Meltano -> DuckDB, twice\n\n")
    database = home / "payments.duckdb"
    with sandbox(home) as (url, config):
        settings = {**environment_of(config), "TARGET_DUCKDB_FILEPATH": str(database)}
        # The tap's clock is this machine's, the providers' is behind it: without an end, the first
        # run would ask for what is still to come there.
        until = {"TAP_PAYMENTS_END_DATE": ask(f"{url}/_sandbox")["now"]}
        with step("first run", "meltano run tap-payments target-duckdb"):
            first = meltano_run(home, settings | until)
        shutil.copy(database, home / "before.duckdb")
        with step("time", f"{HOURS} hours pass at the providers: payments come in and change"):
            ask(f"{url}/_sandbox/clock", {"advance_seconds": HOURS * 3600})
        with step("second run", f"meltano run tap-payments target-duckdb {' '.join(AUDIT)}"):
            second = meltano_run(home, settings, *AUDIT)
    with duckdb.connect(str(database), read_only=True) as connection:
        before = str(home / "before.duckdb").replace("'", "''")
        connection.execute(f"attach '{before}' as before (read_only)")
        say(
            f"\n{brought.table(connection, first, second)}\n\n"
            "The second run asks for what is new, what has changed, and the lookback: days that\n"
            "are read again because rows arrive late. DuckDB keeps one row per key.\n\n"
            f"{brought.changed_payment(connection)}\n"
            f"{brought.old_payment(connection)}\n"
        )
    say("\nOne table of all providers, amounts in major units (the dbt models of transform/):\n\n")
    page = home / "reconciliation.html"
    closing = ROOT / ".tools/dbt/bin/python", ROOT / "tools/closing.py"
    if subprocess.run([*closing, database, page], check=False).returncode:
        raise Failed("The models could not be built, or the month not be closed")
    say(
        f"\nThe page       {shown(page)}\n"
        f"The database   {shown(database)}\n"
        f"Meltano's log  {shown(home / 'meltano.log')}\n"
        f'Ask it         make query SQL="{TRY}"\n'
    )


# The sandbox and Meltano


@contextlib.contextmanager
def sandbox(home: Path) -> Iterator[tuple[str, dict[str, t.Any]]]:
    """The APIs on a free port of this machine: their URL and the tap's settings for them."""
    file = home / "config.json"
    command = [str(SANDBOX), "--clock-behind", str(HOURS), "--days", str(days_to_show())]
    command += ["--write-config", str(file)]
    with step("providers", "the sandbox"), contextlib.ExitStack() as starting:
        process = starting.enter_context(running(command, home))
        output = t.cast("t.IO[str]", process.stdout)
        lines = list(iter_until(output, "Next:"))
        if not lines:
            raise Failed("The sandbox does not start:\n" + str(output.read()))
        url = next(word for word in lines[0].split() if word.startswith("http"))
        config = json.loads(file.read_text(encoding="utf-8"))
        alive = starting.pop_all()
    with alive:
        yield url, config


def iter_until(lines: t.IO[str], last: str) -> Iterator[str]:
    """Lines up to one that begins with `last`, which is there when all is well."""
    for line in lines:
        yield line
        if line.startswith(last):
            return


def environment_of(config: Mapping[str, t.Any]) -> dict[str, str]:
    """The tap's settings as the variables that Meltano reads: `TAP_PAYMENTS_ZIMPLER_API_KEY`."""
    variables: dict[str, str] = {}
    for name, value in config.items():
        inner = value.items() if isinstance(value, dict) else [(None, value)]
        for key, each in inner:
            words = ["tap", "payments", name, *([key] if key else [])]
            variables["_".join(words).upper()] = each if isinstance(each, str) else json.dumps(each)
    return variables


def days_to_show() -> int:
    """Days from the day before the last month that can be closed until now."""
    now = datetime.now(UTC)
    end = (now - timedelta(days=2)).replace(day=1)
    return (now - (end - timedelta(days=1)).replace(day=1)).days + 2


def meltano_run(home: Path, settings: Mapping[str, str], *more: str) -> dict[str, int]:
    """One `meltano run`; how many rows the tap delivered, by stream."""
    command = [str(MELTANO), "--log-format=json", "run", "--no-install"]
    command += ["tap-payments", "target-duckdb", *more]
    delivered: dict[str, int] = {}
    log = home / "meltano.log"
    with running(command, home, settings) as process, log.open("a", encoding="utf-8") as file:
        for line in t.cast("t.IO[str]", process.stdout):
            entry: dict[str, t.Any] = {"event": line.rstrip()}
            with contextlib.suppress(ValueError, TypeError):
                entry = dict(json.loads(line))
            metric = entry.get("metric_info") or {}
            is_taps = entry.get("name") not in AUDIT
            if metric.get("metric") == "record_count" and is_taps:
                delivered[metric["tags"]["stream"]] = metric["value"]
            file.write(readable(entry))
        code = process.wait()
    if code:
        tail = "".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[-8:])
        raise Failed(f"Meltano ended with code {code}. The end of {shown(log)}:\n{tail}")
    return delivered


def readable(entry: Mapping[str, t.Any]) -> str:
    """A line of Meltano's log for people."""
    time_of_day = str(entry.get("timestamp", ""))[11:19]
    metric = entry.get("metric_info")
    event = f"{entry.get('event')} {json.dumps(metric)}" if metric else entry.get("event")
    return f"{time_of_day} {entry.get('level', ''):8}{entry.get('name', 'meltano'):15}{event}\n"


@contextlib.contextmanager
def running(
    command: list[str], home: Path, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process in the demo's project, and the end of it and of all that it started."""
    theirs = ("MELTANO_", "TAP_", "TARGET_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    environment |= {"XDG_STATE_HOME": str(home / ".meltano/logs"), **(settings or {})}
    process = subprocess.Popen(
        command,
        cwd=home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # a group of its own: Ctrl-C reaches the demo, which ends it
    )
    try:
        yield process
    finally:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        end(process)
        signal.signal(signal.SIGINT, before)


def end(process: subprocess.Popen[str]) -> None:
    """Ends a process and its children: kindly, then not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
    if process.stdout:
        process.stdout.close()


def ask(url: str, body: t.Any = None) -> t.Any:
    """What the sandbox answers, asked past any proxy."""
    data = None if body is None else json.dumps(body).encode()
    with build_opener(ProxyHandler({})).open(Request(url, data), timeout=10) as answer:  # noqa: S310 - loopback
        return json.load(answer)


# The terminal


@contextlib.contextmanager
def step(name: str, what: str) -> Iterator[None]:
    """A line of progress: what is under way, then how long it took."""
    say(f"  {name:12} {what} ")
    began = time.monotonic()
    yield
    say(f"({time.monotonic() - began:.0f} s)\n")


def shown(file: Path) -> str:
    """A file's name, short where it is in this repository."""
    return str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file)


def say(text: str) -> None:
    """Shows a text at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
