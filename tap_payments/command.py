"""The command `tap-payments`: how it ends, and what it says then."""

from __future__ import annotations

import logging
import signal
import sys
import typing as t

from singer_sdk.exceptions import ConfigValidationError

from tap_payments.errors import Refused, SyncFailed, unexpected
from tap_payments.output.stopping import OutputLost, ReaderGone, Stopped, leave
from tap_payments.output.writer import silence_stdout
from tap_payments.tap import TapPayments

if t.TYPE_CHECKING:
    from collections.abc import Sequence


def run(tap: type[TapPayments] = TapPayments) -> None:
    """Runs the tap; nothing that a user can cause ends in a traceback."""
    logger = logging.getLogger(tap.name)
    try:
        tap.cli()
    except OutputLost as lost:  # it has said why
        leave(lost.code)
    except (ReaderGone, BrokenPipeError):
        silence_stdout()
        logger.warning("%s; the next run resumes at the last STATE that it took", ReaderGone.words)
        leave(ReaderGone.code)
    except Stopped as stopped:
        logger.warning("Ended by %s; the next run resumes at the last STATE", stopped)
        leave(stopped.code)
    except Exception as error:  # noqa: BLE001 - every one of them ends as a line
        for line in lines_of(error):
            logger.error("%s", line)  # noqa: TRY400 - without a traceback
        sys.exit(1)
    finally:
        # What Python does at its end would turn a signal's exception into a traceback.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)


def lines_of(error: Exception) -> Sequence[str]:  # noqa: PLR0911 - a table, in order
    """An error for whoever reads the terminal: what happened, and what to do."""
    if isinstance(error, Refused):
        return error.problems
    if isinstance(error, ConfigValidationError):
        return error.errors
    if isinstance(error, SyncFailed):
        return [f"Failed: {error}"]
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return [f"{where}{error.strerror or error}"]
    if type(error).__name__ == "JSONDecodeError":  # of json or of simplejson
        line = getattr(error, "lineno", "?")
        return [f"a file given on the command line is not JSON (line {line})"]
    if isinstance(error, UnicodeDecodeError):
        return ["a file given on the command line is not UTF-8"]
    return [str(unexpected(error))]
