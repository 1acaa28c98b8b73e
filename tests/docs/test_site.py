"""The site builds without a warning, and its pages ask nobody but themselves for anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import typing as t

import pytest
import yaml

from tests.support.site_pages import PAGES, ROOT

if t.TYPE_CHECKING:
    from pathlib import Path

ZENSICAL = ROOT / ".tools/docs/bin/zensical"

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it, beside nothing but what it is made of."""
    if not ZENSICAL.exists():
        raise FileNotFoundError("zensical is not installed here: run `make test` once")
    folder = tmp_path_factory.mktemp("site")
    for name in ("docs", "tests/fifth_provider"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("mkdocs.yml", "benchmarks/RESULTS.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    done = subprocess.run(
        [str(ZENSICAL), "build", "--strict"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build/site"


def in_navigation(entries: list[t.Any]) -> list[str]:
    """The pages of a `nav`, at any depth."""
    found: list[str] = []
    for entry in entries:
        for value in entry.values():
            found += in_navigation(value) if isinstance(value, list) else [value]
    return found


def test_every_page_is_there(site: Path) -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    pages = in_navigation(nav)
    assert sorted(pages) == sorted(page.relative_to(ROOT / "docs").as_posix() for page in PAGES)
    for page in pages:
        assert (site / page).with_suffix(".html").stat().st_size > 5000, page


def test_nothing_comes_from_elsewhere(site: Path) -> None:
    loaded = re.compile(r"<(?:script|img|iframe)[^>]* src=\"?([^\" >]+)|<link[^>]*>")
    for page in site.rglob("*.html"):
        for found in loaded.finditer(page.read_text(encoding="utf-8")):
            tag = found.group(0)
            if tag.startswith("<link") and 'rel="canonical"' in tag:
                continue
            assert "http" not in tag, f"{page.name}: {tag}"


def test_the_diagrams_are_in_their_pages(site: Path) -> None:
    for page, words in (
        ("streams/index", "tikpay_report_jobs"),
        ("architecture", "none of them knows a provider"),
        ("guarantees", "watermark"),
        ("index", "tap-payments"),
    ):
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        (drawing,) = re.findall(r'<svg class="diagram".*?</svg>', text, re.DOTALL)
        assert words in drawing


def test_what_a_payment_is_comes_before_what_else_is_known_of_it(site: Path) -> None:
    """Identity, money, state and time, and then the sections, folded."""
    text = (site / "streams/begateway.html").read_text(encoding="utf-8")
    names = ("uid", "amount", "status", "created_at", "description", "billing_address")
    places = [text.index(f"<code>{name}</code>", text.index("<table")) for name in names]
    assert places == sorted(places)
    folded = re.findall(r"<details>.*?</details>", text, re.DOTALL)
    assert len(folded) > 5
    assert all("<table" in each and "What it is" in each for each in folded)
