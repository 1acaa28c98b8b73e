"""A recording holds the answers as docs/recordings.md says, and nothing of what they were about."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

from tests.doctor.box import sandbox_in, visit
from tests.providers.tikpay.test_probes import REPORTS, make_reports
from tests.support.server import Answer, Server

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.doctor.box import Json

KEPT = {
    "status", "type", "product", "currency", "country_code", "payment_method_type", "method_type",
    "test", "brand", "country", "issuer_country", "language", "has_more", "count", "state",
    "fileType", "reportType", "timezone", "pa_status", "ve_status", "direction", "error",
}  # fmt: skip


INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")


def leaves(value: t.Any, name: str = "") -> Iterator[tuple[str, t.Any]]:
    """The leaves of a JSON value, each with the name of its member."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, name)
    else:
        yield name, value


def files(folder: Path) -> dict[str, Json]:
    """The documents of a recording by their paths."""
    return {
        str(file.relative_to(folder)): json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.rglob("*.json"))
    }


class Recorded(t.NamedTuple):
    """A recording of all providers, the rows that it was made of, and the settings."""

    documents: dict[str, Json]
    rows: dict[str, list[t.Any]]
    config: Json

    def text(self, provider: str) -> str:
        """All files of a provider."""
        found = [each for name, each in self.documents.items() if name.startswith(provider)]
        return json.dumps(found, ensure_ascii=False)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """What `--record` writes of a sandbox."""
    folder = tmp_path_factory.mktemp("recording")
    with sandbox_in("tikpay.rate_limit_headers=yes", days=35) as sandbox:
        make_reports(sandbox)
        config = sandbox.config()
        done = visit(sandbox, config, folder, "--record", folder / "own")
        rows: dict[str, list[t.Any]] = {
            "zimpler": sandbox.zimpler.rows("main"),
            "begateway": sandbox.begateway.rows("main"),
            "spacivox": sandbox.spacivox.rows("main"),
            "tikpay": [row for kind in REPORTS for row in sandbox.tikpay.rows("main", kind=kind)],
        }
    assert done.code == 0
    assert done.stderr == ""
    return Recorded(files(folder / "own"), rows, config)


@pytest.mark.parametrize("provider", ["zimpler", "begateway", "spacivox", "tikpay"])
def test_no_original_is_left(recorded: Recorded, provider: str) -> None:
    originals = {
        str(value)
        for name, value in leaves(recorded.rows[provider])
        if name not in KEPT
        and len(str(value)) >= 8
        and not INSTANT.fullmatch(str(value))
        # A stand-in may be the amount of a row that was never asked for.
        and not re.fullmatch(r"-?[\d.]{1,12}", str(value))
    }
    text = recorded.text(provider)
    assert len(originals) > 100
    assert not [each for each in originals if each in text]


def test_no_secret_and_no_host_is_left(recorded: Recorded) -> None:
    secrets = {
        str(value)
        for name, value in leaves(recorded.config)
        if name not in ("api_url", "start_date")
    }
    text = json.dumps(recorded.documents, ensure_ascii=False)
    assert not [each for each in secrets if len(each) >= 8 and each in text]
    assert "127.0.0.1" not in text


def test_no_date_of_the_visit_is_left(recorded: Recorded) -> None:
    text = json.dumps(recorded.documents)
    assert "2026-03-20" not in text
    assert "20 Mar 2026" not in text


def test_each_account_has_its_folder_in_the_documented_form(recorded: Recorded) -> None:
    documents = recorded.documents
    names = {name.partition("/")[0] for name in documents}
    assert names == {f"{each}.default" for each in ("zimpler", "begateway", "spacivox", "tikpay")}
    for name in names:
        outline = documents[f"{name}/recording.json"]
        assert outline["version"] == 1
        assert outline["provider"] == name.partition(".")[0]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", outline["recorded_at"])
        exchange = documents[f"{name}/0001.json"]
        assert set(exchange) == {"at", "request", "response"}
        assert exchange["request"]["auth"] in ("basic", "bearer")
        assert exchange["response"]["status"] == 200
        assert "date" in exchange["response"]["headers"]


def test_equal_stays_equal_over_all_files(recorded: Recorded) -> None:
    documents = recorded.documents
    pages = [
        document["response"]["body"]["transactions"]
        for name, document in documents.items()
        if name.startswith("zimpler.default/0") and "body" in document["response"]
    ]
    first = {(row["id"], row["type"]): row for row in pages[0]}
    for page in pages[1:]:
        for row in page:
            assert first[row["id"], row["type"]] == row


def test_what_pages_keeps_its_order(recorded: Recorded) -> None:
    documents = recorded.documents
    page = documents["begateway.default/0001.json"]["response"]["body"]
    ids = [row["id"] for row in page["transactions"]]
    assert ids == sorted(ids)
    assert (page["first_object_id"], page["last_object_id"]) == (ids[0], ids[-1])


def test_tikpays_files_and_links(recorded: Recorded) -> None:
    documents = recorded.documents
    jobs = {job["jobId"]: job for job in documents["tikpay.default/0001.json"]["response"]["body"]}
    assert {job["downloadUrl"] for job in jobs.values()} == {"other"}
    downloads = [
        each for name, each in documents.items() if "tikpay" in name and "0001" not in name
    ]
    for each in downloads:
        if "request" in each:
            assert each["request"]["path"].removeprefix("/downloads/") in jobs
            assert each["request"]["origin"] == "other"
            assert "," in each["response"]["text"].partition("\n")[0]


def test_a_report_with_tabs_keeps_its_columns(tmp_path: Path) -> None:
    with sandbox_in(r"tikpay.delimiter=\t") as sandbox:
        make_reports(sandbox)
        config = sandbox.config("tikpay")
        config["tikpay"]["delimiter"] = r"\t"
        done = visit(sandbox, config, tmp_path, "--record", tmp_path / "own")
    assert done.code == 0
    texts = [
        each["response"].get("text", "")
        for each in files(tmp_path / "own").values()
        if "response" in each
    ]
    assert any(text.startswith("tapId\ttripId\t") for text in texts)


def test_a_file_that_would_say_too_much_is_not_written(tmp_path: Path) -> None:
    body = {"transactions": [{"id": "1", "type": "deposit", "ref": "transactions"}]}
    with sandbox_in() as sandbox, Server(lambda _: Answer(body)) as server:
        config = sandbox.config("zimpler")
        config["zimpler"]["api_url"] = server.url
        done = visit(sandbox, config, tmp_path, "--record", tmp_path / "own")
    assert "0001.json is not written" in done.stderr
    assert set(files(tmp_path / "own")) == {"zimpler.default/recording.json"}


def test_an_echoed_secret_is_not_written(tmp_path: Path) -> None:
    def echo(request: t.Any) -> Answer:
        return Answer({"message": "no", "type": request.headers["authorization"].split()[1]}, 403)

    with sandbox_in() as sandbox, Server(echo) as server:
        config = sandbox.config("spacivox")
        config["spacivox"]["api_url"] = server.url
        config["spacivox"]["access_token"] = "canarytoken"
        done = visit(sandbox, config, tmp_path, "--record", tmp_path / "own")
    assert "0001.json is not written" in done.stderr
    assert "canarytoken" not in json.dumps(files(tmp_path / "own")) + done.stdout + done.stderr


def test_a_folder_with_a_recording_is_left_alone(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        visit(sandbox, "spacivox", tmp_path, "--record", tmp_path / "own")
        before = files(tmp_path / "own")
        done = visit(sandbox, "spacivox", tmp_path, "--record", tmp_path / "own")
    assert done.code == 2
    assert files(tmp_path / "own") == before


def test_refusals_are_recorded_too(tmp_path: Path) -> None:
    with sandbox_in("zimpler.auth_method=header", "zimpler.api_key_header=X-Key") as sandbox:
        config = sandbox.config("zimpler")
        config["zimpler"]["api_key_header"] = "X-Key"
        visit(sandbox, config, tmp_path, "--record", tmp_path / "own")
    documents = files(tmp_path / "own")
    ways = [
        (each["request"]["auth"], each["response"]["status"])
        for name, each in documents.items()
        if name.endswith(("0001.json", "0002.json", "0003.json"))
    ]
    assert ways == [("basic", 401), ("bearer", 401), ("header X-Key", 200)]
    assert documents["zimpler.default/recording.json"]["configured"] == {"api_key_header": "X-Key"}
