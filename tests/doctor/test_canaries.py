"""A recording of a server that talks: nothing personal and nothing secret of it is written."""

from __future__ import annotations

import base64
import gzip
import json
import re
import typing as t
from dataclasses import replace
from urllib.parse import quote

import pytest

from tests.doctor.box import sandbox_in, visit
from tests.support.server import Answer, Request, Server

if t.TYPE_CHECKING:
    from pathlib import Path

PERSONAL = {
    "name": "Annegret Kowalczyk",
    "email": "annegret.k@kowalczyk.example",
    "phone": "+491701234567",
    "card": "4111111111111111",
    "iban": "DE89370400440532013000",
    "birth_date": "1981-02-03",
    "merchant": "kowalczyk_gmbh",
    "address": "Lindenstraße 17, 10969 Berlin",
    "token": "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.abcDEF",
    "link": "https://files.example/report.csv?X-Amz-Signature=deadbeefcafe&X-Amz-Date=20260301",
}
NUMBER = 491701234567
JOB = "jobOfKowalczyk"
HEADERS = {
    "X-RateLimit-Limit": "100;w=60",
    "X-RateLimit-Remaining": "99",
    "X-RateLimit-Policy": '"kowalczyk_gmbh";q=100',
    "X-RateLimit-Client": PERSONAL["email"],
    "X-RateLimit-Account": "491701234567",
    "Link": f"<https://api.example/{PERSONAL['email']}?a={quote(PERSONAL['name'])}>; rel=next",
    "Set-Cookie": f"session={PERSONAL['token']}",
    "Content-Type": f"application/json; owner={PERSONAL['merchant']}",
}


def talkative(**row: t.Any) -> dict[str, t.Any]:
    """A row that has every personal value in every wrapping."""
    inner = json.dumps(PERSONAL, ensure_ascii=False)
    return {
        **row,
        **PERSONAL,
        "customer": {"details": [PERSONAL, {PERSONAL["email"]: 1}], "msisdn": NUMBER},
        "payload": inner,
        "twice": json.dumps({"inner": inner}),
        "packed": base64.b64encode(inner.encode()).decode(),
        "note": f"called {PERSONAL['name']} at {PERSONAL['phone']}",
        "status": PERSONAL["email"],
    }


def rows() -> list[dict[str, t.Any]]:
    at = "2026-03-19T07:06:1"
    return [
        talkative(
            id=f"id-{n}", uid=f"uid-{n}", type="deposit",
            approved_at=f"{at}{n}Z", created_at=f"{at}{n}Z", timestamp=f"{at}{n}Z",
        )
        for n in range(3)
    ]  # fmt: skip


def zimpler(_request: Request) -> Answer:
    return Answer({"count": 3, "transactions": rows()})


def begateway(request: Request) -> Answer:
    if request.path.endswith("/count"):
        return Answer({"transactions": {"count": 3}, "shop": PERSONAL})
    return Answer({"transactions": rows(), "has_more": False, "last_object_id": 3})


def spacivox(_request: Request) -> Answer:
    return Answer(rows())


def refusal(_request: Request) -> Answer:
    page = f"<html><!-- {PERSONAL['email']} --><b title='{PERSONAL['name']}'>{PERSONAL['iban']}"
    return Answer(page + f"</b>{json.dumps(PERSONAL)}</html>", 400)


def leaks(folder: Path, *more: str) -> list[str]:
    """What is found of the canaries in the files, their names included."""
    files = {file: file.read_text(encoding="utf-8") for file in folder.rglob("*.json")}
    assert files
    texts = [
        *PERSONAL.values(),
        str(NUMBER),
        "kowalczyk",
        "annegret",
        "Lindenstra",
        "deadbeef",
        *more,
    ]
    wrapped = [base64.b64encode(text.encode()).decode().rstrip("=") for text in texts]
    said = "\n".join([*files.values(), *(str(file.relative_to(folder)) for file in files)]).lower()
    return [text for text in (*texts, *wrapped) if text.lower() in said]


@pytest.mark.parametrize("handler", [zimpler, begateway, spacivox, refusal])
@pytest.mark.parametrize("is_packed", [False, True])
def test_no_canary_is_written(
    tmp_path: Path, handler: t.Callable[[Request], Answer], *, is_packed: bool
) -> None:
    def answer(request: Request) -> Answer:
        found = replace(handler(request), headers=HEADERS)
        return found.gzipped() if is_packed else found

    names = ["zimpler", "begateway", "spacivox"] if handler is refusal else [handler.__name__]
    with sandbox_in() as sandbox, Server(answer) as server:
        for name in names:
            config = sandbox.config(name)
            config[name]["api_url"] = server.url
            done = visit(sandbox, config, tmp_path, "--record", tmp_path / name)
            secrets = [value for key, value in config[name].items() if key != "api_url"]
            assert leaks(tmp_path / name, *map(str, secrets), str(server.url)) == []
            assert done.stderr == ""
            assert not [each for each in PERSONAL.values() if each in done.stdout]


def test_a_file_that_is_packed_twice_says_nothing(tmp_path: Path) -> None:
    body = gzip.compress(json.dumps(rows()).encode())
    with sandbox_in() as sandbox, Server(lambda _: Answer(body)) as server:
        config = sandbox.config("spacivox")
        config["spacivox"]["api_url"] = server.url
        visit(sandbox, config, tmp_path, "--record", tmp_path / "own")
    assert leaks(tmp_path / "own") == []


def test_limits_keep_their_numbers_and_nobodys_name(tmp_path: Path) -> None:
    with sandbox_in() as sandbox, Server(lambda _: replace(zimpler(_), headers=HEADERS)) as server:
        config = sandbox.config("zimpler")
        config["zimpler"]["api_url"] = server.url
        visit(sandbox, config, tmp_path, "--record", tmp_path / "own")
    document = json.loads((tmp_path / "own" / "zimpler.default" / "0001.json").read_text())
    headers = document["response"]["headers"]
    assert headers["x-ratelimit-limit"] == "100;w=60"
    assert headers["x-ratelimit-remaining"] == "99"
    assert not [name for name in headers if re.search("policy|client|account|cookie", name)]


def test_a_job_whose_id_looks_like_a_name_is_recorded_with_its_file(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        entry = {"jobId": JOB, "status": "COMPLETE", "reportType": "TAPS", "fileType": "csv"}
        file = f"tapId,name,mail\nt-12345678,{PERSONAL['name']},{PERSONAL['email']}\n"
        sandbox.tikpay.put_job(entry, file.encode(), "main")
        done = visit(sandbox, "tikpay", tmp_path, "--record", tmp_path / "own")
    assert done.stderr == ""
    assert leaks(tmp_path / "own", JOB) == []
    folder = tmp_path / "own" / "tikpay.default"
    (job,) = json.loads((folder / "0001.json").read_text())["response"]["body"]
    download = json.loads((folder / "0002.json").read_text())
    assert download["request"]["path"] == f"/downloads/{job['jobId']}"
    assert download["response"]["text"].startswith("tapId,name,mail\n")


@pytest.mark.parametrize(
    "wrap", [str, lambda text: base64.b64encode(text.encode()).decode(), quote]
)
def test_a_secret_that_a_word_of_the_vendor_repeats_is_not_written(
    tmp_path: Path, wrap: t.Callable[[str], str]
) -> None:
    secret = "canary key 123"
    body = {"transactions": [{"id": "1", "type": wrap(secret).rstrip("="), "currency": "EUR"}]}
    with sandbox_in() as sandbox, Server(lambda _: Answer(body)) as server:
        config = sandbox.config("zimpler")
        config["zimpler"] |= {"api_url": server.url, "api_key": secret}
        visit(sandbox, config, tmp_path, "--record", tmp_path / "own")
    assert leaks(tmp_path / "own", secret, wrap(secret).rstrip("=")) == []
