"""Answers that are read: in time, whole, unpacked, and no larger than a page can be."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import typing as t
import zlib

import pytest

from tap_payments.errors import StreamFailed, WindowTooLong
from tap_payments.http.answers import LARGEST, AnswerTooLarge, is_html
from tap_payments.http.retriable import Retriable
from tests.http.client_box import ROWS, Make, failure_of
from tests.http.transport.box import get, started
from tests.support.server import Answer, Server

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.http.transport import Transport

OK = Answer(ROWS)
GZIP = {"Content-Encoding": "gzip"}
TEXT = b"".join(b"row %d\n" % number for number in range(200_000))


@pytest.fixture
def transport() -> Iterator[Transport]:
    with started() as made:
        yield made


@pytest.fixture(scope="module")
def bomb() -> Answer:
    """An answer that is small, and far larger than memory should hold once it is unpacked."""
    return Answer(gzip.compress(bytes(LARGEST + 1), 1), headers=GZIP)


# Compression


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(TEXT),
        gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]),
        zlib.compress(TEXT),
    ],
    ids=["gzip", "two members", "zlib"],
)
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate"])
def test_a_compressed_answer_is_unpacked(
    server: Server, transport: Transport, packed: bytes, encoding: str, *, chunked: bool
) -> None:
    headers = {"Content-Encoding": encoding}
    server.script(Answer(packed, headers=headers, chunked=chunked))
    assert get(transport, server.url) == TEXT


def test_a_text_of_one_byte_over_and_over_is_unpacked_whole(
    server: Server, transport: Transport
) -> None:
    server.script(Answer(gzip.compress(bytes(3_000_001)), headers=GZIP))
    assert get(transport, server.url) == bytes(3_000_001)


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (gzip.compress(TEXT)[:-20], "gzip", "failed: the answer was cut off"),
        (TEXT, "gzip", "failed: the answer's compression is broken"),
        (TEXT, "br", "failed: the answer's compression is broken"),
    ],
)
def test_what_cannot_be_unpacked_is_worth_another_try(
    server: Server, transport: Transport, body: bytes, encoding: str, reason: str
) -> None:
    server.script(Answer(body, headers={"Content-Encoding": encoding}))
    with pytest.raises(Retriable, match=reason):
        get(transport, server.url)


def test_an_answer_without_a_body_needs_no_compression(
    server: Server, transport: Transport
) -> None:
    server.script(Answer(b"", headers=GZIP))
    assert get(transport, server.url) == b""


# Size


def test_an_answer_may_be_as_large_as_a_page_can_be(server: Server, transport: Transport) -> None:
    server.script(Answer(gzip.compress(bytes(LARGEST), 1), headers=GZIP))
    assert len(get(transport, server.url)) == LARGEST


def test_a_larger_one_is_given_up_before_it_is_unpacked(
    server: Server, make: Make, bomb: Answer
) -> None:
    server.script(Answer(gzip.compress(bytes(4 * LARGEST), 1), headers=GZIP), OK)
    client = make()
    tracemalloc.start()
    failure = failure_of(client.fetch)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(failure, AnswerTooLarge)
    assert str(failure) == "GET /v1/rows gave an answer of more than 64 MB: lower window_days"
    assert peak < 1.2 * LARGEST
    assert len(server.requests) == 1
    assert client.fetch() == ROWS  # the account goes on


def test_one_that_is_not_compressed_is_given_up_too(server: Server, make: Make) -> None:
    server.script(Answer(bytes(LARGEST + 1)))
    assert isinstance(failure_of(make().fetch), AnswerTooLarge)


def test_a_window_whose_answer_is_too_large_is_halved(
    server: Server, make: Make, bomb: Answer
) -> None:
    server.script(bomb)
    with pytest.raises(WindowTooLong):
        make().fetch(splittable=True)
    assert len(server.requests) == 1


# Time


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_trickles_has_no_more_time_than_another(
    server: Server, transport: Transport, *, chunked: bool, packed: bool
) -> None:
    slow = Answer("x" * 2000, chunked=chunked, trickled=0.1)
    server.script(slow.gzipped() if packed else slow)
    with started(timeout=0.5) as impatient:
        began = time.monotonic()
        with pytest.raises(Retriable, match="did not answer in time") as failure:
            get(impatient, server.url)
    assert failure.value.slow
    assert 0.5 <= time.monotonic() - began < 90  # and not the three minutes that it takes


def test_with_no_retries_a_slow_window_is_halved_at_once(server: Server, make: Make) -> None:
    server.script(Answer(status=504))
    with pytest.raises(WindowTooLong):
        make(max_retries=0).fetch(splittable=True)
    server.script(Answer(ROWS, stalled=3))
    with pytest.raises(WindowTooLong):
        make(max_retries=0, request_timeout=0.1).fetch(splittable=True)
    assert len(server.requests) == 2


# Pages for people


@pytest.mark.parametrize(
    "body", ["<!DOCTYPE html><p>Down", " \n<html><p>Down", "\ufeff<!doctype HTML>"]
)
def test_a_page_in_html_is_called_one(server: Server, make: Make, body: str) -> None:
    server.script(Answer(body))
    assert is_html(body.encode())
    assert str(failure_of(make(max_retries=1).fetch)) == (
        "GET /v1/rows gave an unusable answer: a page in HTML, and 1 retry did not help: check "
        "acme.api_url; so may a proxy answer, or the provider's maintenance"
    )


@pytest.mark.parametrize("body", ["", "{}", '{"a": "<html>"}', "<?xml?><rows/>", "down"])
def test_another_body_is_none(body: str) -> None:
    assert not is_html(body.encode())


def test_a_failure_says_nothing_of_the_account_where_it_is_a_streams(
    server: Server, make: Make
) -> None:
    server.script(Answer("<html>"))
    assert type(failure_of(make(max_retries=0).fetch)) is StreamFailed
