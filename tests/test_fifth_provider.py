"""A fifth provider is a folder and two lines: Acme, through the real commands.

`tests/fifth_provider/acme` is the example of docs/adding-a-provider.md. It is put into a copy of
the package as the guide says, and nothing else of the copy is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tests.fifth_provider.api import DAYS, KEY, ROWS, api
from tests.support.server import Server
from tests.support.taps import Finished, Row

if t.TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
ACME = Path(__file__).parent / "fifth_provider/acme"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with Acme in it, made by the guide's first two steps."""
    copy = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "tap_payments", copy / "tap_payments", ignore=ignored)
    shutil.copytree(ACME, copy / "tap_payments/providers/acme", ignore=ignored)
    file = copy / "tap_payments/providers/__init__.py"
    text = file.read_text(encoding="utf-8")
    for old, new in (
        (
            "from tap_payments.providers.begateway",
            ACME_IMPORT + "from tap_payments.providers.begateway",
        ),
        ("PROVIDERS = (", "PROVIDERS = (ACME, "),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return copy


ACME_IMPORT = "from tap_payments.providers.acme import ACME\n"


@pytest.fixture
def acme() -> Iterator[Server]:
    with Server(api) as server:
        yield server


@pytest.fixture
def config(acme: Server, tmp_path: Path) -> Path:
    return written(tmp_path / "config.json", settings(acme))


def settings(acme: Server, **own: t.Any) -> Row:
    """The tap's settings for Acme."""
    return {
        "start_date": DAYS[0],
        "end_date": "2026-03-04",
        "acme": {"api_url": acme.url, "api_key": KEY} | own,
    }


def written(file: Path, content: t.Any) -> Path:
    """A JSON file."""
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def command(tree: Path, module: str, *arguments: str | Path) -> Finished:
    """Runs a command of the copy to its end."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        capture_output=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    return Finished(done.returncode, done.stdout, done.stderr.decode())


def test_it_is_discovered_beside_the_others(tree: Path) -> None:
    found = command(tree, "tap_payments", "--discover")
    streams = {each["tap_stream_id"]: each for each in json.loads(found.stdout)["streams"]}
    assert {"acme_payments", "zimpler_transactions", "tikpay_taps"} < set(streams)
    acme = streams["acme_payments"]
    assert acme["key_properties"] == ["_account", "id"]
    assert acme["replication_key"] == "created_at"
    assert set(acme["schema"]["properties"]) > {"_account", "payer", "_extra"}


def test_its_settings_are_known(tree: Path) -> None:
    about = json.loads(command(tree, "tap_payments", "--about", "--format=json").stdout)
    own = about["settings"]["properties"]["acme"]
    assert own["properties"]["api_key"]["secret"] is True
    assert own["properties"]["lookback_days"]["default"] == 3
    assert own["required"] == ["api_key"]


def test_a_sync_delivers_every_row_and_says_how_far(tree: Path, config: Path) -> None:
    run = command(tree, "tap_payments", "--config", config)
    assert run.code == 0, run.stderr
    records = run.run.records("acme_payments")
    assert [row["id"] for row in records] == [row["id"] for row in ROWS]
    assert records[0]["_account"] == "default"
    assert records[0]["_extra"] == '{"shop":7}'
    assert "field 'shop' is not in the schema" in run.stderr
    (partition,) = run.run.state["bookmarks"]["acme_payments"]["partitions"]
    assert partition == {
        "context": {"_account": "default"},
        "replication_key": "created_at",
        "replication_key_value": "2026-03-04T00:00:00.000000Z",
    }


def test_the_next_run_reads_the_lookback(
    tree: Path, config: Path, acme: Server, tmp_path: Path
) -> None:
    first = command(tree, "tap_payments", "--config", config)
    state = written(tmp_path / "state.json", first.run.state)
    written(config, settings(acme, lookback_days=1))
    second = command(tree, "tap_payments", "--config", config, "--state", state)
    assert second.code == 0, second.stderr
    assert [row["created_at"][:10] for row in second.run.records("acme_payments")] == [DAYS[2]] * 5


def test_an_api_without_an_end_and_rows_that_are_dicts(
    tree: Path, config: Path, acme: Server, tmp_path: Path
) -> None:
    """What a row's window is, and what it was made of, changes nothing of it."""
    other = tmp_path / "tree"
    shutil.copytree(tree, other)
    for name, old, new in (
        ("streams.py", '"to": f"{window.until:%Y-%m-%dT%H:%M:%SZ}",', '"to": "9999",'),
        (
            "streams.py",
            "CursorPage(answer.payments,",
            "CursorPage([loads(bytes(row)) for row in answer.payments],",
        ),
        ("streams.py", "from msgspec import Struct", "from msgspec import Struct\n" + LOADS),
        ("account.py", "window_days=1", "window_days=36500"),
    ):
        file = other / "tap_payments/providers/acme" / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, new), encoding="utf-8")
    own = settings(acme) | {"end_date": DAYS[1]}
    run = command(other, "tap_payments", "--config", written(config, own))
    assert run.code == 0, run.stderr
    expected = command(tree, "tap_payments", "--config", written(config, settings(acme)))
    assert run.run.records("acme_payments") == expected.run.records("acme_payments")
    assert len(run.run.records("acme_payments")) == len(ROWS)
    (partition,) = run.run.state["bookmarks"]["acme_payments"]["partitions"]
    assert partition["replication_key_value"] == f"{DAYS[1]}T00:00:00.000000Z"
    asked = [request.query for request in acme.requests if request.query["to"] == "9999"]
    assert {query["from"] for query in asked} == {f"{DAYS[0]}T00:00:00Z"}


LOADS = "from tap_payments.rows.exact_json import loads"


def test_accounts_and_privacy_come_for_free(tree: Path, config: Path, acme: Server) -> None:
    accounts = [{"account": "north"}, {"account": "south"}]
    own = settings(acme, accounts=accounts) | {"personal_data": "drop"}
    run = command(tree, "tap_payments", "--config", written(config, own))
    assert run.code == 0, run.stderr
    records = run.run.records("acme_payments")
    assert sorted(row["_account"] for row in records) == ["north"] * 15 + ["south"] * 15
    assert {row["payer"]["email"] for row in records} == {None}


def test_a_refusal_names_its_settings(tree: Path, config: Path, acme: Server) -> None:
    wrong = settings(acme, api_key="canary-wrong-key")
    run = command(tree, "tap_payments", "--config", written(config, wrong))
    assert run.code == 1
    assert "acme_payments (account 'default')" in run.last_line
    assert "answered 401 (no such key): check acme.api_key" in run.last_line
    missing = {"start_date": DAYS[0], "acme": {"api_url": acme.url}}
    refused = command(tree, "tap_payments", "--config", written(config, missing))
    assert (refused.code, "acme.api_key: required" in refused.last_line) == (1, True)
    assert "canary" not in run.stderr + refused.stderr


def test_the_other_commands_know_it(tree: Path, config: Path, tmp_path: Path) -> None:
    found = command(tree, "tap_payments.airbyte", "discover", "--config", config)
    catalog = json.loads(found.stdout.splitlines()[-1])["catalog"]
    assert [each["name"] for each in catalog["streams"]] == ["acme_payments"]
    checked = command(tree, "tap_payments.airbyte", "check", "--config", config)
    assert b'"SUCCEEDED"' in checked.stdout, checked.stdout
    plan = tmp_path / "plan.json"
    planned = command(
        tree, "tap_payments.backfill", "plan", "--config", config, "--output", plan,
        *("--since", DAYS[0], "--until", "2026-03-04", "--shard-days", "1"),
    )  # fmt: skip
    assert planned.code == 0, planned.stderr
    shards = json.loads(plan.read_text())["shards"]
    assert [each["since"][:10] for each in shards] == list(DAYS)


def test_its_documents_are_generated(tree: Path) -> None:
    for name in ("docs", "tools", ".github", "README.md", "meltano.yml", "mkdocs.yml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree / name)
    shutil.copy(ACME.parent / "acme.md", tree / "docs/providers/acme.md")
    code = "import sys; sys.path.insert(0, 'tools'); import generate; sys.exit(generate.main([]))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "- name: acme.api_key\n" in (tree / "meltano.yml").read_text()
    assert "payer.<wbr>email" in (tree / "docs/streams/acme.md").read_text()
    assert "| `api_key` | string | required |" in (tree / "docs/providers/acme.md").read_text()
    assert (tree / "tests/catalog/acme_payments.json").exists()
    for name, said in (
        ("mkdocs.yml", "      - Acme: providers/acme.md\n"),
        ("mkdocs.yml", "      - Acme's columns: streams/acme.md\n"),
        ("meltano.yml", "  - name: tap-payments-acme\n"),
        (".github/ISSUE_TEMPLATE/bug.yml", "options: [Acme, "),
        ("docs/assets/architecture.svg", ">Acme<"),
        ("docs/settings.md", "[Acme](providers/acme.md#settings)"),
        ("docs/first-contact.md", "[Acme](providers/acme.md#what-is-unverified)"),
        ("hub/tap-payments.yml", "- - start_date\n  - acme.api_key\n"),
        (".env.example", "#TAP_PAYMENTS_ACME_API_KEY="),
    ):
        assert said in (tree / name).read_text(encoding="utf-8"), name
