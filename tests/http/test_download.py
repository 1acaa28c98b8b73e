"""Files that are downloaded: whole, in pieces, and without credentials."""

from __future__ import annotations

import typing as t

import pytest

from tap_payments.errors import StreamFailed
from tap_payments.http.origins import REDIRECTS
from tap_payments.http.retriable import Retriable
from tests.http.transport.box import started, to
from tests.support.server import Answer, Server

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.http.transport import Transport


@pytest.fixture
def transport() -> Iterator[Transport]:
    with started() as made:
        yield made


@pytest.fixture
def other() -> Iterator[Server]:
    """A second origin: the same host, another port."""
    with Server(lambda _request: Answer("other")) as listening:
        yield listening


def download(transport: Transport, url: str) -> tuple[int, bytes]:
    pieces: list[bytes] = []
    status = transport.download(url, pieces.append)
    return status, b"".join(pieces)


def test_a_file_is_given_as_it_is_stored(server: Server, transport: Transport) -> None:
    packed = Answer("a;b\n" * 1000).gzipped()
    server.script(packed)
    assert download(transport, f"{server.url}/f?signature=x") == (200, packed.content)
    assert "authorization" not in server.requests[0].headers
    assert server.requests[0].query == {"signature": "x"}


def test_a_large_file_comes_in_pieces(server: Server, transport: Transport) -> None:
    server.script(Answer(b"x" * 5_000_000))
    sizes: list[int] = []
    assert transport.download(server.url, lambda piece: sizes.append(len(piece))) == 200
    assert sum(sizes) == 5_000_000
    assert max(sizes) <= 1024 * 1024


@pytest.mark.parametrize("status", [204, 206, 403, 404, 500])
def test_of_any_other_answer_nothing_is_given(
    server: Server, transport: Transport, status: int
) -> None:
    server.script(Answer("canary", status=status))
    assert download(transport, server.url) == (status, b"")


def test_a_file_may_be_somewhere_else(server: Server, other: Server, transport: Transport) -> None:
    server.script(to(f"{other.url}/f"))
    assert download(transport, server.url) == (200, b"other")


def test_links_that_lead_to_links_end(server: Server, transport: Transport) -> None:
    server.script(to("/on"))
    with pytest.raises(StreamFailed, match=f"redirected more than {REDIRECTS} times"):
        download(transport, server.url)
    assert len(server.requests) == REDIRECTS + 1
    server.script(*[to("/on")] * REDIRECTS, Answer("file"))
    assert download(transport, server.url) == (200, b"file")


@pytest.mark.parametrize(
    "trouble",
    [
        Answer("x" * 100, cut=10),
        Answer("x" * 100, cut=10, chunked=True),
        Answer(dropped=True),
        Answer(reset=True),
    ],
)
def test_a_file_that_is_cut_off_is_no_file(
    server: Server, transport: Transport, trouble: Answer
) -> None:
    server.script(trouble)
    with pytest.raises(Retriable, match=r"^failed: "):
        download(transport, server.url)


@pytest.mark.parametrize("location", ["http://192.0.2.1/canary", "/again/canary"])
def test_a_link_is_not_repeated_where_it_leads_nowhere(
    server: Server, transport: Transport, location: str
) -> None:
    server.script(to(location))
    with pytest.raises(StreamFailed, match=r"^the download was redirected") as failure:
        download(transport, f"{server.url}/canary?signature=canary")
    assert "canary" not in str(failure.value)


def test_a_full_disk_is_no_trouble_of_the_network(server: Server, transport: Transport) -> None:
    def full(_piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    server.script(Answer("x"))
    with pytest.raises(StreamFailed, match=r"^the download: No space left on device"):
        transport.download(server.url, full)
