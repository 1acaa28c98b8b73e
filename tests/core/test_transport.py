"""Redirects, certificates, proxies and files: what goes where, and with which credentials."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
import typing as t

import pytest
import requests
import trustme
from http_box import SECRET
from server import Answer, Server

from tap_payments.core.errors import StreamFailed
from tap_payments.core.transport import REDIRECTS, Origin, Transport, Trouble, origin_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWN = {"Authorization": f"Bearer {SECRET}", "X-Key": SECRET}
FORM = {"grant_type": "client_credentials", "client_secret": SECRET}


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(user_agent="tap-payments/test", timeout=5, pool=2)
    yield made
    made.close()


@pytest.fixture
def other() -> Iterator[Server]:
    """A second origin: the same host, another port."""
    with Server(lambda _request: Answer("other")) as listening:
        yield listening


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Server(lambda _request: Answer("secure"), tls=context) as listening:
        yield listening


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))


def to(url: str, status: int = 302) -> Answer:
    return Answer("moved", status=status, headers={"Location": url})


def get(transport: Transport, url: str) -> bytes:
    return transport.exchange(requests.Request("GET", url), OWN).body


def failure_of(transport: Transport, url: str) -> StreamFailed:
    with pytest.raises(StreamFailed) as failure:
        get(transport, url)
    return failure.value


# Redirects


STATUSES = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("location", ["/there?page=2", "{url}/there?page=2", "there?page=2"])
def test_a_redirect_at_home_keeps_the_credentials(
    server: Server, transport: Transport, status: int, location: str
) -> None:
    server.script(to(location.format(url=server.url), status), Answer("here"))
    assert get(transport, f"{server.url}/start?page=1") == b"here"
    request = server.requests[1]
    assert request.target == "/there?page=2"
    assert request.headers["authorization"] == OWN["Authorization"]
    assert request.headers["x-key"] == SECRET


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_origin_sees_no_credentials(
    server: Server, other: Server, transport: Transport, status: int, host: str
) -> None:
    away = other.url.replace("127.0.0.1", host)
    server.script(to(f"{away}/there", status))
    assert get(transport, f"{server.url}/start") == b"other"
    assert SECRET not in str(other.requests[0].headers)
    assert "authorization" not in other.requests[0].headers


def test_neither_does_an_origin_that_gives_credentials_in_its_location(
    server: Server, other: Server, transport: Transport
) -> None:
    server.script(to(other.url.replace("http://", "http://user:pass@")))
    get(transport, server.url)
    assert "authorization" not in other.requests[0].headers


def test_nor_does_it_see_a_cookie(server: Server, other: Server, transport: Transport) -> None:
    cookie = {"Set-Cookie": f"session={SECRET}; Path=/"}
    server.script(Answer("", status=302, headers={"Location": other.url, **cookie}))
    get(transport, server.url)
    assert "cookie" not in other.requests[0].headers


def test_back_at_home_the_credentials_are_sent_again(
    server: Server, other: Server, transport: Transport
) -> None:
    server.script(to(f"{other.url}/away"), Answer("home"))
    other.script(to(f"{server.url}/back"))
    assert get(transport, server.url) == b"home"
    assert server.requests[1].headers["x-key"] == SECRET


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_post_stays_a_post_with_its_body(
    server: Server, other: Server, transport: Transport, status: int
) -> None:
    server.script(to("/here", status), to(f"{other.url}/there", status))
    request = requests.Request("POST", server.url, json={"report": "x"}, headers={"X-Api": "3"})
    transport.exchange(request, OWN)
    for asked in (server.requests[1], other.requests[0]):
        assert (asked.method, asked.json) == ("POST", {"report": "x"})
        assert asked.headers["x-api"] == "3"


def test_see_other_is_asked_for_without_a_body(server: Server, transport: Transport) -> None:
    server.script(to("/here", 303), Answer("here"))
    transport.exchange(requests.Request("POST", server.url, json={"report": "x"}), OWN)
    assert (server.requests[1].method, server.requests[1].body) == ("GET", b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_form_with_credentials_stays_at_home(
    server: Server, other: Server, transport: Transport, status: int
) -> None:
    server.script(to(f"{other.url}/token", status))
    transport.exchange(requests.Request("POST", f"{server.url}/token", data=FORM), {})
    assert SECRET.encode() in server.requests[0].body
    assert SECRET.encode() not in other.requests[0].body


def test_a_form_follows_at_home(server: Server, transport: Transport) -> None:
    server.script(to("/v2/token", 308), Answer("token"))
    transport.exchange(requests.Request("POST", f"{server.url}/token", data=FORM), {})
    assert server.requests[1].body == server.requests[0].body


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://192.0.2.1/canary", "to http on another machine"),
        ("//192.0.2.1/canary", "to http on another machine"),
        ("ftp://127.0.0.1/canary", "to something else than http"),
        ("file:///etc/canary", "to something else than http"),
    ],
)
def test_a_redirect_to_nowhere_safe_is_fatal(
    server: Server, transport: Transport, location: str, words: str
) -> None:
    server.script(to(location))
    failure = failure_of(transport, f"{server.url}/start?name=canary")
    assert str(failure) == f"GET /start was redirected {words}"


@pytest.mark.parametrize("location", ["http://[canary", "http://127.0.0.1:canary/", "http:///canary"])
def test_a_redirect_to_no_url_is_fatal(
    server: Server, transport: Transport, location: str
) -> None:
    server.script(to(location))
    failure = str(failure_of(transport, f"{server.url}/start?name=canary"))
    assert failure.startswith("GET /start ")
    assert "canary" not in failure


def test_redirects_end(server: Server, transport: Transport) -> None:
    server.script(to("/canary"))
    failure = failure_of(transport, f"{server.url}/start")
    assert str(failure) == f"GET /start was redirected more than {REDIRECTS} times"
    assert len(server.requests) == REDIRECTS + 1


def test_as_many_redirects_as_allowed_are_followed(server: Server, transport: Transport) -> None:
    server.script(*[to("/on")] * REDIRECTS, Answer("here"))
    assert get(transport, server.url) == b"here"


@pytest.mark.usefixtures("trusted")
def test_from_https_to_http_is_fatal(
    secure: Server, server: Server, transport: Transport
) -> None:
    secure.script(to(f"{server.url}/canary"))
    failure = failure_of(transport, f"{secure.url}/start")
    assert str(failure) == "GET /start was redirected from https to http"
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_from_http_over_https_to_http_is_fatal(
    secure: Server, server: Server, other: Server, transport: Transport
) -> None:
    server.script(to(f"{secure.url}/on"))
    secure.script(to(f"{other.url}/canary"))
    assert "from https to http" in str(failure_of(transport, f"{server.url}/start"))
    assert other.requests == []


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://H.example/x", ("https", "h.example", 443)),
        ("HTTPS://h.example:443", ("https", "h.example", 443)),
        ("http://h.example:80/", ("http", "h.example", 80)),
        ("https://h.example:8443", ("https", "h.example", 8443)),
        ("http://[::1]:5/x", ("http", "::1", 5)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: tuple[str, str, int]) -> None:
    assert origin_of(url) == Origin(*origin)


# TLS


@pytest.mark.usefixtures("trusted")
def test_the_ca_bundle_of_the_environment_is_used(secure: Server, transport: Transport) -> None:
    assert get(transport, f"{secure.url}/x") == b"secure"
    assert secure.requests[0].headers["x-key"] == SECRET


def test_a_certificate_that_nobody_vouches_for_is_fatal(
    secure: Server, transport: Transport
) -> None:
    failure = failure_of(transport, f"{secure.url}/x?canary")
    assert str(failure) == "GET /x: the server's certificate could not be verified"
    assert failure.kind == "config"
    assert secure.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_host_is_fatal(secure: Server, transport: Transport) -> None:
    url = secure.url.replace("127.0.0.1", "localhost")
    assert "certificate could not be verified" in str(failure_of(transport, f"{url}/x"))


def test_a_ca_bundle_that_is_not_there_is_named(
    secure: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/canary.pem")
    failure = failure_of(transport, f"{secure.url}/x")
    assert str(failure) == "GET /x: the CA bundle of the environment is not there"
    assert failure.kind == "config"


def test_a_connection_that_ends_while_it_is_secured_is_tried_again(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            connection, _ = listening.accept()
            connection.recv(10)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(Trouble, match="^failed: "):
            get(transport, f"https://127.0.0.1:{listening.getsockname()[1]}/x")
        thread.join()


# What cannot be sent


@pytest.mark.parametrize("value", ["тест", "a\nb", "\ud800"])
def test_a_credential_that_no_header_can_carry_is_named_without_its_value(
    server: Server, transport: Transport, value: str
) -> None:
    with pytest.raises(StreamFailed, match=r"GET /x could not be sent \(\w+\): check") as failure:
        transport.exchange(requests.Request("GET", f"{server.url}/x"), {"X-Key": value})
    assert value not in str(failure.value)
    assert failure.value.kind == "config"


@pytest.mark.parametrize("url", ["https://a b/x", "http://*/x", "https://.example/x", "/x"])
def test_a_url_that_is_none_is_named_without_its_value(transport: Transport, url: str) -> None:
    failure = failure_of(transport, url)
    assert str(failure).startswith("GET /x could not be sent (")
    assert url not in str(failure).replace("GET /x ", "")


def test_a_timeout_longer_than_a_socket_can_count_is_shortened(server: Server) -> None:
    server.script(Answer("here"))
    patient = Transport(user_agent="x", timeout=1e12, pool=1)
    assert get(patient, server.url) == b"here"
    patient.close()


# The environment


def test_a_proxy_of_the_environment_is_used(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    server.script(Answer("by proxy"))
    assert get(transport, "http://api.example/x") == b"by proxy"
    assert server.requests[0].target == "http://api.example/x"


def test_no_proxy_of_the_environment_is_honoured(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server.script(Answer("here"))
    assert get(transport, server.url) == b"here"


NETRC = """
import requests, sys
from tap_payments.core.transport import Transport
url = sys.argv[1]
plain = requests.get(url)
transport = Transport(user_agent="x", timeout=5, pool=1)
transport.exchange(requests.Request("GET", url), {})
transport.exchange(requests.Request("GET", url), {"Authorization": "Bearer own"})
"""


@pytest.mark.parametrize("variable", ["HOME", "NETRC"])
def test_a_netrc_never_replaces_the_configured_credentials(
    server: Server, tmp_path: Path, variable: str
) -> None:
    server.script(Answer("x"))
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login canary password {SECRET}\n")
    netrc.chmod(0o600)
    place = tmp_path if variable == "HOME" else netrc
    subprocess.run(
        [sys.executable, "-c", NETRC, server.url],
        env=os.environ | {variable: str(place)},
        check=True,
        timeout=30,
    )
    plain, bare, own = (request.headers.get("authorization") for request in server.requests)
    assert plain is not None, "the .netrc was not found, and the test shows nothing"
    assert (bare, own) == (None, "Bearer own")


# Files


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


def test_a_file_may_be_somewhere_else(
    server: Server, other: Server, transport: Transport
) -> None:
    server.script(to(f"{other.url}/f"))
    assert download(transport, server.url) == (200, b"other")


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
    with pytest.raises(Trouble, match="^failed: "):
        download(transport, server.url)


@pytest.mark.parametrize("location", ["http://192.0.2.1/canary", "/again/canary"])
def test_a_link_is_not_repeated_where_it_leads_nowhere(
    server: Server, transport: Transport, location: str
) -> None:
    server.script(to(location))
    with pytest.raises(StreamFailed, match="^the download was redirected") as failure:
        download(transport, f"{server.url}/canary?signature=canary")
    assert "canary" not in str(failure.value)


def test_a_full_disk_is_no_trouble_of_the_network(server: Server, transport: Transport) -> None:
    def full(_piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    server.script(Answer("x"))
    with pytest.raises(StreamFailed, match="^the download: No space left on device"):
        transport.download(server.url, full)
