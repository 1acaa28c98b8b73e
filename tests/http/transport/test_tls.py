"""Certificates and a .netrc: what the surroundings may change, and what they may not."""

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

from tap_payments.errors import StreamFailed
from tap_payments.http.retriable import Retriable
from tap_payments.http.transport import Transport
from tests.http.client_box import SECRET
from tests.http.transport.box import failure_of, get, started, to
from tests.support.server import Answer, Server

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def transport() -> Iterator[Transport]:
    with started() as made:
        yield made


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


@pytest.mark.usefixtures("trusted")
def test_from_https_to_http_is_fatal(secure: Server, server: Server, transport: Transport) -> None:
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
        with pytest.raises(Retriable, match=r"^failed: "):
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


NETRC = """
import requests, sys
from tap_payments.http.transport import Transport
url = sys.argv[1]
plain = requests.get(url)
transport = Transport(user_agent="x", timeout=60, pool=1)
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
        timeout=120,
    )
    plain, bare, own = (request.headers.get("authorization") for request in server.requests)
    assert plain is not None, "the .netrc was not found, and the test shows nothing"
    assert (bare, own) == (None, "Bearer own")
