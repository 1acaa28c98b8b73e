"""What beGateway's document leaves open or contradicts, and how its sandbox can misbehave."""

from __future__ import annotations

from tap_payments.sandbox.moods import Common, Option, choice, switch, whole, words


class Options(Common):
    """The options of beGateway's API."""

    reports_enabled = switch(default=True)
    """Whether the provider has enabled reports; if not, 401 for right credentials, too."""
    payment_method_types = words("credit_card", "alternative")
    """The payment methods that can be asked for; 422 for others."""
    page_size = whole(50, 1)
    """How many rows a page has at most."""
    to_is_inclusive = switch(default=False)
    """Whether `to` itself belongs to the report."""
    cursor_type = choice("integer", "string")
    """The type of the two object ids: the example shows integers, the table says strings."""
    count = choice("total", "page")
    """What `count` counts: the rows of the report, or of the page."""
    count_offset: Option[int] = Option(0, int, "a whole number", lambda n: isinstance(n, int))
    """How many rows more the count endpoint says than there are."""
    corrections_combine_with_dates = switch(default=True)
    """Whether `manual_correction_*` narrow the dates; if not, they replace them."""
