"""What Zimpler's document leaves open, and how its sandbox can misbehave."""

from __future__ import annotations

from tap_payments.sandbox.moods import Common, choice, choice_or_none, switch, text, whole

MOST = 1000


class Options(Common):
    """The options of Zimpler's API."""

    auth_method = choice("basic", "bearer", "header")
    """How the key is sent: `basic` has the merchant id as user, `header` is `api_key_header`."""
    api_key_header = text("X-Api-Key")
    count = choice_or_none("total", "total", "page")
    """What `count` counts: all that match, or the rows of the page; None: it is left out."""
    page_cap = whole(MOST, 1, MOST)
    """How many rows a page has at most, whatever `limit` asks for."""
    order_is_ascending = switch(default=True)
    """Whether `ascending` is heeded; if not, the newest are first, as the document's text says."""
    order_is_stable = switch(default=True)
    """Whether rows of one instant come in the same order with each request."""
    days_are_inclusive = switch(default=True)
    """Whether `to_date` itself belongs to the answer."""
    times_in_dates_accepted = switch(default=True)
    """Whether dates may have a time; if not, 400."""
    enforce_2021 = switch(default=True)
    """Whether dates on both sides of 2021-01-01 are refused."""
    keys_are_unique = switch(default=True)
    """Whether each row is there once; if not, one in ten is there twice."""
    ties = switch(default=False, early=True)
    """Whether transactions are approved on the full hour, so that many share an instant."""
    drifting_pages = whole(0)
    """After each of so many of the next pages its first row is gone, and another has come last."""
