"""The page for those who sign: it says what the tables say, needs nothing, and shows nobody."""

from __future__ import annotations

import re
import typing as t
from html.parser import HTMLParser

import pytest

from tests.transform.closing import AUDIT
from tests.transform.story import LATE

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.transform.story import Story
    from tests.transform.warehouse import Warehouse

EMPTY = {"meta", "path", "rect", "circle"}


class Elements(HTMLParser):
    """Every element is closed, and none asks for anything."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One that is closed later, but for those that hold nothing."""
        assert {name for name, _ in attrs}.isdisjoint({"src", "href", "onclick", "onload"})
        self.seen.add(tag)
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without contents."""

    def handle_endtag(self, tag: str) -> None:
        """The end of the last that is open."""
        assert self.open.pop() == tag


def page(warehouse: Warehouse) -> str:
    finished = warehouse.run("run-operation", "page", **AUDIT)
    assert finished.code == 0, finished.output
    return finished.output


def verdict(text: str) -> str:
    found = re.search(r'role="status">.*?<strong>(.*?)</strong>', text, re.DOTALL)
    assert found
    return " ".join(found[1].split())


@pytest.fixture(scope="module")
def shown(reconciled: Warehouse) -> str:
    return page(reconciled)


def test_it_is_whole_and_needs_nothing_else(shown: str) -> None:
    elements = Elements()
    elements.feed(shown.strip())
    assert elements.open == []
    assert elements.seen.isdisjoint({"script", "link", "img", "iframe", "object"})
    assert "http" not in shown
    assert "url(" not in shown
    assert "None" not in shown


def test_the_verdict_is_a_sentence(shown: str) -> None:
    assert verdict(shown) == (
        "The warehouse differs from the providers in 5 payments of February 2026: "
        "1 is missing, 4 are not as the provider has them."
    )
    assert "2 payments that the warehouse has are no longer listed" in " ".join(shown.split())


def test_every_difference_is_listed(shown: str, reconciled: Warehouse) -> None:
    for _, key in LATE:
        assert f">{key}<" in shown
    (run,) = reconciled.ask("select distinct run_id from reconciliation_reads")
    assert run["run_id"] in shown
    assert "1,234.56 EUR" in shown


def test_each_account_has_a_strip_of_days(shown: str) -> None:
    for account in ("beGateway", "Spacivox", "Tikpay", "Zimpler main", "Zimpler shop2"):
        assert f'aria-label="{account} by days"' in shown
    assert shown.count("<title>2026-02-") == 5 * 28


def test_nobody_is_on_it(shown: str, story: Story) -> None:
    people = {
        value
        for row in story.ordinary.records("begateway_transactions")
        for value in (*row["customer"].values(), *(row["credit_card"] or {}).values())
        if isinstance(value, str) and len(value) > 5
    }
    people |= {row["account_ref"] for row in story.ordinary.records("zimpler_transactions")}
    assert len(people) > 100
    assert [value for value in people if value in shown] == []


def test_a_month_that_agrees(reconciled: Warehouse, tmp_path: Path) -> None:
    made = reconciled.copied(tmp_path)
    made.change(
        "delete from reconciliation_rows",
        "update reconciliation_days set missing = 0, changed = 0, vanished = 0",
    )
    assert verdict(page(made)).startswith("The warehouse agrees with the providers on all ")
    made.change("update reconciliation_reads set is_judged = false, reason = 'the <reason>'")
    assert "but not everything was read" in verdict(page(made))
    assert "the &lt;reason&gt;" in page(made)


def test_an_id_is_text(reconciled: Warehouse, tmp_path: Path) -> None:
    made = reconciled.copied(tmp_path)
    made.change("update reconciliation_rows set key = '<b>00123&' where key = 'late-status'")
    text = page(made)
    assert ">&lt;b&gt;00123&amp;<" in text
    assert "<b>" not in text
