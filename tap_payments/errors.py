"""What can go wrong, sorted by what happens next.

    Unreadable      the body is not what the document says: asked for again
    WindowTooLong   the API cannot answer for so long a window: halved
    QuotaSpent      the provider's daily quota is used up: ends cleanly, resumes later
    StreamFailed    fails one stream of one account; the others go on
    AccountFailed   fails all streams of an account, or of its endpoint, in the same words
    SyncFailed      the whole run, once every stream had its turn
    Refused         settings, state or catalog that cannot be used: nothing is asked for

Messages are for users. They hold no body, no query string, no header and no setting's value.
"""

from __future__ import annotations

import traceback
import typing as t

if t.TYPE_CHECKING:
    from datetime import datetime


class TapError(Exception):
    """Whatever the tap itself raises, for somebody who handles it or for the user."""


class Unreadable(TapError, ValueError):
    """A body that is not what the vendor's document says."""


class WindowTooLong(TapError):
    """The API cannot answer for so long a window."""


class QuotaSpent(TapError):
    """The provider's daily quota is used up: the stream ends cleanly and resumes later."""

    def __init__(self, message: str, *, resumes_at: datetime | None = None) -> None:
        super().__init__(message)
        self.resumes_at = resumes_at


class StreamFailed(TapError):
    """This stream fails for this account; the others go on. The message is for the user.

    `kind` says who can mend it: `config` the user, `transient` time, `system` us.
    """

    def __init__(self, message: str, *, kind: str = "transient", status: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status


class AccountFailed(StreamFailed):
    """The account, or an endpoint of it, cannot be asked at all: what else needs it fails alike.

    The message is the same for each of them, so that the end of the run can say it once.
    """

    def again(self) -> AccountFailed:
        """The same failure, for the next that needs the account."""
        return AccountFailed(str(self), kind=self.kind, status=self.status)


class Refused(TapError):
    """What was given on the command line cannot be used; a line for each problem."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class SyncFailed(TapError):
    """Some streams failed; the message names each of them."""


def unexpected(error: Exception) -> StreamFailed:
    """A bug as a failure; the error's own message may hold a value of the data."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
    return StreamFailed(
        f"unexpected {type(error).__name__} at {where}; please report it", kind="system"
    )
