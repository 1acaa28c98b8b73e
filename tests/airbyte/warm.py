"""Runs `source-payments` in a process of its own each time, without importing it each time.

Reads calls from stdin, a JSON object a line (`arguments`, `stdout` and `stderr`: files to write),
and answers each with the exit code. Importing singer-sdk takes longer than most reads.
"""

from __future__ import annotations

import json
import os
import sys

from tap_payments.airbyte.__main__ import main


def serve() -> None:
    """Answers until stdin ends."""
    for line in sys.stdin:
        call = json.loads(line)
        child = os.fork()
        if not child:
            for name, number in (("stdout", 1), ("stderr", 2)):
                os.dup2(os.open(call[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            main(call["arguments"])
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
