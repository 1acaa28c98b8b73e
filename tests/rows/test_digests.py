from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tap_payments.rows.digests import Digests

# Few different bytes: what stands across two neighbours looks like an entry all the time.
DIGEST = st.lists(st.sampled_from(b"\0\1"), min_size=5, max_size=5).map(bytes)


@given(st.lists(DIGEST), st.lists(DIGEST))
def test_it_is_a_set(added: list[bytes], asked: list[bytes]) -> None:
    digests, truth = Digests(), set[bytes]()
    for digest in added:
        assert digests.add(digest) == (digest not in truth)
        truth.add(digest)
    for digest in asked:
        assert (digest in digests) == (digest in truth)


def test_what_lies_across_two_neighbours_is_no_entry() -> None:
    digests = Digests()
    for digest in (b"00abc", b"00def"):
        assert digests.add(digest)
    assert b"00bcd" not in digests
    assert b"00cde" not in digests
    assert b"00def" in digests
