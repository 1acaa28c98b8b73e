"""What Spacivox's document leaves open, and how its sandbox can misbehave."""

from __future__ import annotations

from tap_payments.sandbox.moods import Common, number_or_none, switch, whole_or_none


class Options(Common):
    """The options of Spacivox's API."""

    end_is_inclusive = switch(default=False)
    """Whether `end` itself belongs to the answer."""
    filters_by_timestamp = switch(default=True)
    """Whether `start` and `end` are about the timestamp; if not, about when a row appeared."""
    longest_answer = whole_or_none()
    """How many rows an answer has at most; the rest is left out without a word."""
    max_window_hours = number_or_none()
    """The longest window that is not too large (413)."""
    slow_window_hours = number_or_none()
    """The longest window that does not take too long (504)."""
