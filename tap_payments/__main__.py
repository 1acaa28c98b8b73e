"""The command `tap-payments`."""

from __future__ import annotations

import json
import logging
import os
import sys

from singer_sdk.exceptions import ConfigValidationError

from tap_payments.core.errors import SyncFailed
from tap_payments.core.stopping import ReaderGone, Stopped
from tap_payments.core.writer import silence_stdout
from tap_payments.tap import TapPayments


def main() -> None:
    """Runs the tap; nothing that a user can cause ends in a traceback."""
    logger = logging.getLogger(TapPayments.name)
    try:
        TapPayments.cli()
    except Stopped as stopped:
        if not isinstance(stopped, ReaderGone):
            logger.warning("Ended by %s; the next run resumes at the last STATE", stopped)
        _leave(stopped.code)
    except BrokenPipeError:
        silence_stdout()
        _leave(ReaderGone.code)
    except ConfigValidationError as refusal:
        for problem in refusal.errors:
            logger.error("%s", problem)  # noqa: TRY400 - the user can mend it: no traceback
        sys.exit(1)
    except SyncFailed as failed:
        logger.error("Failed: %s", failed)  # noqa: TRY400
        sys.exit(1)
    except json.JSONDecodeError as error:
        logger.error("A file given on the command line is not JSON (line %d)", error.lineno)  # noqa: TRY400
        sys.exit(1)
    except OSError as error:
        logger.error("%s: %s", error.filename or "the system", error.strerror)  # noqa: TRY400
        sys.exit(1)


def _leave(code: int) -> None:
    """Ends at once: threads that still wait for an answer are not waited for."""
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
