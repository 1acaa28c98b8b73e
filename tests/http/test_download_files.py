"""Downloads into a file: unpacked, checked, tried again, and stored where there is room."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import typing as t
import zlib

import pytest

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.http.download import Gone, download
from tests.http.client_box import box
from tests.support.server import Answer, Server

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.http.client_box import Box

PLAIN = b"tapId;amount\n1;2.50\n" * 1000


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as listening:
        yield listening


def fetch(
    server: Server, own: Box | None = None, check: Callable[[t.BinaryIO], object] = lambda _: None
) -> bytes:
    own = own or box(server.url)
    url = f"{server.url}/f?signature=canary"
    with download(own.client, url, what="the file", check=check, cancelled=own.cancelled) as file:
        return file.read()


@pytest.mark.parametrize(
    "packed",
    [
        PLAIN,
        gzip.compress(PLAIN),
        gzip.compress(PLAIN[:500]) + gzip.compress(PLAIN[500:]),
        gzip.compress(PLAIN) + b"\0" * 512,
        gzip.compress(PLAIN[:500]) + b"\0" * 70_000 + gzip.compress(PLAIN[500:]) + b"\0",
        gzip.compress(b"") + gzip.compress(PLAIN),
    ],
)
def test_a_file_is_unpacked_where_it_is_gzip(server: Server, packed: bytes) -> None:
    server.script(Answer(packed))
    assert fetch(server) == PLAIN


@pytest.mark.parametrize("content", [b"", b"\x1f", b"a"])
def test_the_shortest_files_are_files(server: Server, content: bytes) -> None:
    server.script(Answer(content))
    assert fetch(server) == content


@pytest.mark.parametrize(
    "broken",
    [
        gzip.compress(PLAIN)[:-1],
        gzip.compress(PLAIN)[:-9],
        gzip.compress(PLAIN) + b"rest",
        gzip.compress(PLAIN) + gzip.compress(PLAIN)[:5],
        b"\x1f\x8b" + b"x" * 100,
    ],
)
def test_broken_gzip_is_tried_again_and_then_an_error(server: Server, broken: bytes) -> None:
    server.script(Answer(broken), Answer(gzip.compress(PLAIN)))
    assert fetch(server) == PLAIN
    server.script(Answer(broken))
    with pytest.raises(StreamFailed, match=r"^the file cannot be used: the compressed file"):
        fetch(server, box(server.url, max_retries=1))


def test_a_file_that_is_not_what_was_asked_for_is_tried_again_and_then_an_error(
    server: Server,
) -> None:
    def check(file: t.BinaryIO) -> None:
        if file.read(1) == b"<":
            raise Unreadable("it is HTML, and no report")

    server.script(Answer(b"<html>"), Answer(PLAIN))
    assert fetch(server, check=check) == PLAIN
    server.script(Answer(b"<html>"))
    with pytest.raises(StreamFailed, match=r"^the file cannot be used: it is HTML.* 2 retries"):
        fetch(server, box(server.url, max_retries=2), check)


@pytest.mark.parametrize("status", [403, 404])
def test_a_link_that_is_gone_says_so_at_once(server: Server, status: int) -> None:
    server.script(Answer(b"<Error/>", status=status))
    with pytest.raises(Gone):
        fetch(server)
    assert len(server.requests) == 1


def test_what_passes_is_tried_again_and_what_does_not_is_an_error(server: Server) -> None:
    server.script(Answer(b"busy", status=503), Answer(PLAIN, cut=10), Answer(PLAIN))
    assert fetch(server) == PLAIN
    server.script(Answer(b"canary", status=400))
    with pytest.raises(StreamFailed, match=r"^the file answered 400$"):
        fetch(server)


@pytest.mark.parametrize("url", ["http://192.0.2.1/f", "ftp://127.0.0.1/f", "", "file:///etc"])
def test_only_https_is_followed_but_for_loopback(server: Server, url: str) -> None:
    own = box(server.url)
    with pytest.raises(StreamFailed, match=r"^the file has a link that is not https$"):
        download(own.client, url, what="the file", check=lambda _: None, cancelled=own.cancelled)


def test_a_small_file_that_holds_a_very_large_one_takes_no_memory(server: Server) -> None:
    squeeze = zlib.compressobj(9, wbits=31)
    packed = b"".join(squeeze.compress(b"\n" * 2**20) for _ in range(200)) + squeeze.flush()
    assert len(packed) < 2**18
    server.script(Answer(packed))
    done = _run(server.url, {})
    size, memory = map(int, done.stdout.split())
    assert size == 200 * 2**20
    assert memory < 16 * 2**10, "KiB above what was there before"


def test_a_temporary_folder_that_is_missing_is_named(server: Server, tmp_path: Path) -> None:
    server.script(Answer(PLAIN))
    folder = tmp_path / "gone"
    said = _run(server.url, {"TMPDIR": str(folder)}).stdout
    assert f"the file could not be stored in {folder} (no such file or directory): " in said


@pytest.mark.parametrize("packed", [False, True])
def test_a_temporary_folder_without_room_is_named(
    server: Server, tmp_path: Path, *, packed: bool
) -> None:
    server.script(Answer(gzip.compress(b"\0" * 200_000) if packed else b"x" * 200_000))
    said = _run(server.url, {"TMPDIR": str(tmp_path)}, limit="ulimit -f 8; ").stdout
    assert f"the file could not be stored in {tmp_path} (file too large): let TMPDIR" in said


SCRIPT = """
import resource, sys, threading
from tap_payments.errors import StreamFailed
from tap_payments.http.download import download
from tests.http.client_box import box

own = box(sys.argv[1], max_retries=0)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    file = download(own.client, sys.argv[1], what="the file", check=lambda _: None,
                    cancelled=own.cancelled)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(file.seek(0, 2), memory)
except StreamFailed as failure:
    print(failure)
"""


def _run(
    url: str, environment: dict[str, str], limit: str = ""
) -> subprocess.CompletedProcess[str]:
    """A download in a process of its own."""
    return subprocess.run(
        ["sh", "-c", f'{limit}exec "$@"', "sh", sys.executable, "-c", SCRIPT, url],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
