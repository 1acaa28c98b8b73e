"""The command `tap-payments-doctor`."""

from __future__ import annotations

import json
import logging
import sys
import typing as t
from pathlib import Path

from singer_sdk.exceptions import ConfigValidationError

from tap_payments.doctor.arguments import parse_arguments
from tap_payments.doctor.examining import budget_of, examine
from tap_payments.doctor.patients import Patients, chosen
from tap_payments.doctor.recording import check_folder, record
from tap_payments.doctor.reporting import FORMATS, announced
from tap_payments.errors import Refused, unexpected
from tap_payments.inputs import checked

if t.TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tap_payments.runtime import Runtime


def main(arguments: Sequence[str] | None = None, runtime: Runtime | None = None) -> int:
    """Runs the command; its exit code. Nothing that a user can cause ends in a traceback."""
    options = parse_arguments(arguments)
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(message)s"
    )
    try:
        return _run(options, runtime)
    except KeyboardInterrupt:
        return _complain(130, "ended by SIGINT")
    except Exception as error:  # noqa: BLE001 - every one of them ends as a line
        return _complain(*_ended(error))


def _ended(error: Exception) -> tuple[t.Any, ...]:
    """The exit code after an error, and its words."""
    if isinstance(error, ConfigValidationError):
        return 2, *error.errors
    if isinstance(error, Refused):
        return 2, *error.problems
    if isinstance(error, OSError):
        return 2, f"{error.filename or 'the output'}: {error.strerror}"
    return 1, str(unexpected(error))


def _run(options: argparse.Namespace, runtime: Runtime | None) -> int:
    patients = _patients(options.config, runtime)
    found = chosen(patients, options.accounts)
    if options.dry_run:
        for provider, account in found:
            probes = t.cast("t.Any", provider.probes)
            budget = budget_of(probes, options.max_requests)
            _say(*announced(f"{provider.name}.{account.account}", probes, budget))
        return 0
    if options.output:
        options.output.touch()
    if options.record:
        check_folder(options.record)
    with patients.redacted():
        examinations = []
        for provider, account in found:
            examination = examine(provider, account, options.max_requests)
            examinations.append(examination)
            if options.record:
                for line in record(options.record, provider, account, examination.exchanges):
                    _complain(0, line)
    report = FORMATS[options.format](examinations, patients.plugin_version)
    if options.output:
        options.output.write_text(report, encoding="utf-8")
    else:
        sys.stdout.write(report)
        sys.stdout.flush()
    return 0 if all(each.is_sound for each in examinations) else 1


def _patients(sources: Sequence[str], runtime: Runtime | None) -> Patients:
    config: dict[str, t.Any] = {}
    for source in sources:
        if source != "ENV":
            with Path(source).open(encoding="utf-8") as file:
                config |= json.load(checked("--config", file))
    return Patients(config=config, parse_env_config="ENV" in sources, runtime=runtime)


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _complain(code: int, *lines: str) -> int:
    for line in lines:
        sys.stderr.write(f"tap-payments-doctor: {line}\n")
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
