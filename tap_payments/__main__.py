"""Starts the command `tap-payments`."""

from __future__ import annotations

import gc
import signal


def main() -> None:
    """Runs the tap; see `command.py`."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while the tap is loaded: no traceback
    # What is loaded stays: looking through it for garbage takes a quarter of the start.
    gc.disable()
    from tap_payments.command import run  # noqa: PLC0415 - loaded while nothing is collected

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
