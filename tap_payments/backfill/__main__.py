"""The command `tap-payments-backfill`."""

from __future__ import annotations

import logging
import sys
import typing as t
from pathlib import Path

from singer_sdk.exceptions import ConfigValidationError

from tap_payments.backfill.arguments import parse_arguments
from tap_payments.backfill.cutting import Cut
from tap_payments.backfill.files import (
    check_writable,
    read_json,
    read_plan,
    read_results,
    write_whole,
)
from tap_payments.backfill.merging import merge_state
from tap_payments.backfill.planning import Choice, plan_backfill
from tap_payments.backfill.running import ShardRun
from tap_payments.backfill.shards import dump
from tap_payments.errors import Refused
from tap_payments.output.stopping import OutputLost, ReaderGone, Stopped, leave
from tap_payments.output.writer import silence_stdout
from tap_payments.tap import TapPayments

if t.TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tap_payments.backfill.shards import Plan
    from tap_payments.runtime import Runtime

logger = logging.getLogger(TapPayments.name)


def main(arguments: Sequence[str] | None = None, runtime: Runtime | None = None) -> int:
    """Runs a command; its exit code. Nothing that a user can cause ends in a traceback."""
    options = parse_arguments(arguments)
    commands = {
        "plan": lambda: _plan(options, runtime),
        "run": lambda: _run(options, runtime),
        "merge-state": lambda: _merge(options),
    }
    level = logging.INFO if options.command == "run" else logging.WARNING
    logging.basicConfig(stream=sys.stderr, level=level, format="%(levelname)s %(message)s")
    try:
        return commands[options.command]()
    except OutputLost as lost:  # it has said why
        leave(lost.code)
    except (ReaderGone, BrokenPipeError):
        silence_stdout()
        _complain(ReaderGone.words)
        leave(ReaderGone.code)
    except Stopped as stopped:
        _complain(f"ended by {stopped}")
        leave(stopped.code)
    except ConfigValidationError as refusal:
        return _complain(*refusal.errors)
    except Refused as refusal:
        return _complain(str(refusal))
    except OSError as error:
        return _complain(f"{error.filename or 'the system'}: {error.strerror}")


def _plan(options: argparse.Namespace, runtime: Runtime | None) -> int:
    check_writable(options.output, "--output")
    choice = Choice(
        since=options.since,
        until=options.until,
        cut=Cut(options.shard_days, options.shards),
        streams=options.streams,
        accounts=options.accounts,
    )
    plan = plan_backfill(_settings(options.config, runtime), choice)
    write_whole(options.output, dump(plan, indent=2))
    _say(*_summary(plan))
    return 0


def _run(options: argparse.Namespace, runtime: Runtime | None) -> int:
    plan = read_plan(options.plan)
    settings = _settings(options.config, runtime)
    result = ShardRun(settings, plan, options.shard, options.result).run()
    if not result.complete:
        return _complain(f"shard {result.shard} is not complete: {result.error}")
    logger.info("Shard %s: %d rows, %d requests", result.shard, result.rows, result.requests)
    return 0


def _merge(options: argparse.Namespace) -> int:
    check_writable(options.output, "--output")
    plan = read_plan(options.plan)
    state = read_json(options.state, "state") if options.state else {}
    if isinstance(state, dict) and "bookmarks" not in state and "singer_state" in state:
        state = state["singer_state"]  # as `meltano state get` writes it
    results = []
    for path, result in read_results(options.results):
        if result is None:
            _complain(f"result {path}: is missing")
        else:
            results.append(result)
    merged = merge_state(plan, results, state)
    wrapped = {"singer_state": merged.state} if options.meltano else merged.state
    write_whole(options.output, dump(wrapped, indent=2))
    _say(*map(str, merged.gaps))
    return 1 if merged.gaps and options.require_complete else 0


def _settings(sources: Sequence[str], runtime: Runtime | None) -> TapPayments:
    """The tap with the settings as they are; it is only asked what they say."""
    config: dict[str, t.Any] = {}
    for source in sources:
        if source != "ENV":
            found = read_json(Path(source), "--config")
            if not isinstance(found, dict):
                raise Refused(f"--config {source}: is not a JSON object")
            config |= found
    return TapPayments(config=config, parse_env_config="ENV" in sources, runtime=runtime)


def _summary(plan: Plan) -> list[str]:
    """A line per stream and account, the notes, and what it is altogether."""
    lines = []
    for series in plan.series:
        shards = plan.shards_of(series)
        requests = sum(shard.expected_requests for shard in shards)
        lines.append(
            f"{series.stream} (account '{series.account}'): {len(shards)} shards, "
            f"at least {requests} requests"
        )
    requests = sum(shard.expected_requests for shard in plan.shards)
    total = f"{len(plan.shards)} shards, at least {requests} requests"
    return [*lines, *(f"note: {note}" for note in plan.notes), total]


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _complain(*lines: str) -> int:
    for line in lines:
        sys.stderr.write(f"tap-payments-backfill: {line}\n")
    sys.stderr.flush()
    return 1


if __name__ == "__main__":
    sys.exit(main())
