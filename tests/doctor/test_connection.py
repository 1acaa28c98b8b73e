"""What the doctor tells of every provider's connection: TLS, limits, and a clock that is wrong."""

from __future__ import annotations

import contextlib
import ssl
import typing as t
from datetime import UTC, datetime

import pytest
import trustme

from tests.doctor.box import call, sandbox_in, visit
from tests.support import taps
from tests.support.server import Answer, Server

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.doctor.box import Json, Visit

EMPTY = Answer({"count": 0, "transactions": []})


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the authority."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))


@contextlib.contextmanager
def secured(cert: trustme.LeafCert) -> Iterator[Server]:
    """A server with a certificate, to which Zimpler's account has no transactions."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    with Server(lambda _: EMPTY, tls=context) as server:
        yield server


def told(server: Server, folder: Path) -> Json:
    """What the doctor says of a server's TLS."""
    return seen_by(server.url, folder).facts["tls"]


def seen_by(url: str, folder: Path) -> Visit:
    """A visit to Zimpler at another address."""
    with sandbox_in() as sandbox:
        config = sandbox.config("zimpler")
        config["zimpler"]["api_url"] = url
        return visit(sandbox, config, folder)


@pytest.mark.usefixtures("trusted")
def test_a_certificate_that_is_trusted_confirms_tls_and_tells_its_version(
    authority: trustme.CA, tmp_path: Path
) -> None:
    with secured(authority.issue_cert("127.0.0.1")) as server:
        found = told(server, tmp_path)
    assert (found["verdict"], found["seen"]) == ("confirmed", "verified, TLSv1.3")


@pytest.mark.parametrize(
    ("host", "years", "words"),
    [
        ("127.0.0.1", (2000, 2001), "has expired: check this machine's clock"),
        ("127.0.0.1", (2998, 2999), "not valid yet: check this machine's clock"),
        ("other.example", (2000, 2999), "another host's: check zimpler.api_url"),
    ],
)
@pytest.mark.usefixtures("trusted")
def test_a_certificate_that_is_wrong_contradicts_tls(
    authority: trustme.CA, tmp_path: Path, host: str, years: tuple[int, int], words: str
) -> None:
    since, until = (datetime(year, 1, 1, tzinfo=UTC) for year in years)
    with secured(authority.issue_cert(host, not_before=since, not_after=until)) as server:
        found = told(server, tmp_path)
        assert server.requests == []
    assert (found["verdict"], found["seen"]) == ("contradicted", "not verified")
    assert words in found["advice"]
    assert "other.example" not in str(found)


def test_a_certificate_that_nobody_vouches_for_names_the_variable(
    authority: trustme.CA, tmp_path: Path
) -> None:
    with secured(authority.issue_cert("127.0.0.1")) as server:
        found = told(server, tmp_path)
    assert found["verdict"] == "contradicted"
    assert "REQUESTS_CA_BUNDLE" in found["advice"]


def test_a_server_that_does_not_speak_tls_leaves_it_unknown_with_what_to_check(
    tmp_path: Path,
) -> None:
    with Server(lambda _: EMPTY) as server:
        done = seen_by(server.url.replace("http:", "https:"), tmp_path)
    assert done.facts["tls"]["verdict"] == "unknown"
    assert "zimpler.api_url" in done.facts["tls"]["advice"]
    assert done.code == 1


@pytest.mark.parametrize("provider", ["zimpler", "begateway", "spacivox"])
@pytest.mark.parametrize("way", ["seconds", "date", "none"])
def test_one_request_a_second_is_heeded_and_costs_one_more(
    tmp_path: Path, provider: str, way: str
) -> None:
    limit = (f"{provider}.requests_per_second=1", f"{provider}.retry_after={way}")
    with sandbox_in("zimpler.ties=yes") as sandbox:
        free = visit(sandbox, provider, tmp_path)
    with sandbox_in("zimpler.ties=yes", *limit) as sandbox:
        done = visit(sandbox, provider, tmp_path)
    assert done.requests == free.requests + 1 <= 25
    own = {"latency_ms", "rate_limit_headers"}
    assert {id_: fact for id_, fact in done.facts.items() if id_ not in own} == {
        id_: fact for id_, fact in free.facts.items() if id_ not in own
    }
    said = done.facts["rate_limit_headers"]
    assert said["seen"] == ([] if way == "none" else ["retry-after"])
    assert said["advice"] == "1 answer was 429: lower the account's concurrency."


@pytest.mark.parametrize("provider", ["zimpler", "begateway", "spacivox"])
def test_headers_about_limits_are_named(tmp_path: Path, provider: str) -> None:
    moods = f"{provider}.requests_per_second=9999", f"{provider}.rate_limit_headers=yes"
    with sandbox_in(*moods) as sandbox:
        done = visit(sandbox, provider, tmp_path)
    names = [f"x-ratelimit-{word}" for word in ("limit", "remaining", "reset")]
    assert done.facts["rate_limit_headers"]["seen"] == names


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_tired_from_the_second_answer_on_is_asked_again_later(
    tmp_path: Path, status: int
) -> None:
    row = {"id": "1", "type": "deposit", "approved_at": "2026-03-19T07:06:11Z"}
    rows = [row, {**row, "id": "2", "approved_at": "2026-03-19T08:06:11Z"}]
    with Server() as server:
        server.script(Answer({"transactions": rows}), Answer({}, status))
        done = seen_by(server.url, tmp_path)
    for name in ("count_is_total", "days_are_inclusive", "times_in_dates_accepted"):
        assert done.facts[name]["verdict"] == "unknown"
        assert done.facts[name]["advice"] == f"The answer was {status}. Run the doctor again later."
    assert len(server.requests) == done.accounts[0]["requests"] <= 25


def test_an_answer_that_no_document_has_is_for_an_issue(tmp_path: Path) -> None:
    with Server() as server:
        server.script(Answer({"transactions": [{}, {}]}), Answer([1, 2]))
        done = seen_by(server.url, tmp_path)
    assert "open an issue" in done.facts["count_is_total"]["advice"]


def test_a_dry_run_says_what_is_not_counted_one_by_one(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        file = taps.written(tmp_path, "config.json", sandbox.config("zimpler"))
        done = call(sandbox, "--config", file, "--dry-run")
    assert "each once more, where it is answered 429, 500, 502 or 503, or not at all" in done.stdout
