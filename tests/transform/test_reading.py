"""What the audit has not read whole is named and not judged; an audit that is none is refused."""

from __future__ import annotations

import typing as t

import pytest

from tests.transform.closing import AUDIT, FAILING, RECONCILE, open_audit, verdicts
from tests.transform.postgresql import PostgreSQL
from tests.transform.story import LATE, MONTH
from tests.transform.warehouse import VARIABLES

if t.TYPE_CHECKING:
    from pathlib import Path

    from postgres import Postgres

    from tests.transform.story import Story
    from tests.transform.warehouse import DbtCommands, Warehouse

UNREAD = FAILING | {"month_is_read_whole": "fail"}


def reasons(warehouse: Warehouse) -> dict[tuple[str, str | None, str | None], str | None]:
    found = warehouse.ask("select provider, account, series, reason from reconciliation_reads")
    return {(row["provider"], row["account"], row["series"]): row["reason"] for row in found}


@pytest.fixture(scope="module")
def partial(reconciled: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """An audit with a gap, without a payment method, without an account, and out of quota."""
    made = reconciled.copied(tmp_path_factory.mktemp("partial"))
    made.change(
        f"delete from {made.audit}.sync_windows where stream = 'zimpler_transactions' "
        "and _account = 'main' and window_since = '2026-02-14'",
        f"delete from {made.audit}.sync_windows where series like 'alternative/%'",
        f"delete from {made.audit}.begateway_transactions "
        "where payment_method_type = 'alternative'",
        f"delete from {made.audit}.sync_windows where stream like 'spacivox%'",
        f"delete from {made.audit}.spacivox_payment_transactions",
        f"delete from {made.audit}.sync_windows where stream like 'tikpay%'",
        f"drop table {made.audit}.tikpay_payments",
    )
    assert made.dbt(*RECONCILE, **AUDIT) == UNREAD
    return made


def test_what_was_not_read_is_named(partial: Warehouse) -> None:
    assert reasons(partial) == {
        ("begateway", "default", "alternative/created"): "the audit does not ask for it",
        ("begateway", "default", "credit_card/created"): None,
        ("spacivox", "default", "team/1"): "the audit has not read it",
        ("spacivox", "default", "team/2"): "the audit has not read it",
        ("spacivox", "default", "team/7"): "the audit has not read it",
        ("tikpay", "default", "all"): "the audit has not read it",
        ("zimpler", "main", "all"): "the audit has not read the whole month",
        ("zimpler", "shop2", "all"): None,
    }


def test_and_nothing_is_judged_there(partial: Warehouse) -> None:
    assert verdicts(partial) == {key: LATE[key] for key in LATE if key[0] == "begateway"}


def test_days_that_were_not_read_have_their_row(partial: Warehouse) -> None:
    found = partial.ask("select * from reconciliation_days")
    for provider, account in (("spacivox", "default"), ("tikpay", "default"), ("zimpler", "main")):
        rows = [row for row in found if (row["provider"], row["account"]) == (provider, account)]
        assert {row["state"] for row in rows} == {"unread"}
        assert len({row["day"] for row in rows}) == 28
        assert {row["provider_rows"] for row in rows} == {None}
        assert sum(row["warehouse_rows"] for row in rows) > 0
    assert {row["state"] for row in found if row["account"] == "shop2"} == {"agreed", "quiet"}


def test_totals_of_a_series_that_was_not_read_are_on_neither_side(partial: Warehouse) -> None:
    found = partial.ask("select * from reconciliation_days where provider = 'begateway'")
    assert sum(row["unread_rows"] for row in found) > 100
    assert sum(row["provider_rows"] - row["warehouse_rows"] for row in found) == 0
    assert {row["state"] for row in found} == {"agreed", "differing", "quiet", "unread"}


def test_a_repair_leaves_alone_what_was_not_judged(partial: Warehouse, tmp_path: Path) -> None:
    made = partial.copied(tmp_path)
    finished = made.run("run-operation", "repair", **AUDIT)
    assert finished.code == 0, finished.output
    assert made.ask("select id from zimpler_transactions where id = 'comes'") == []
    marked = made.ask("select count(*) as n from payments_vanished")
    assert int(marked[0]["n"]) == 0


def test_an_audit_over_another_one_is_not_judged(reconciled: Warehouse, tmp_path: Path) -> None:
    made = reconciled.copied(tmp_path)
    made.change(
        f"update {made.audit}.sync_windows set run_id = 'older' "
        "where stream like 'spacivox%' and window_since = '2026-02-14'",
        f"update {made.audit}.sync_windows set records = 0 where _account = 'shop2'",
    )
    assert made.dbt(*RECONCILE, **AUDIT) == UNREAD
    found = reasons(made)
    assert found["spacivox", "default", "all"] == (
        "the audit schema has more than one audit: empty it, and read again"
    )
    assert found["zimpler", "shop2", "all"] == (
        "the audit schema has rows of an earlier audit: empty it, and read again"
    )


def test_another_month_than_the_audits_is_not_judged(reconciled: Warehouse, tmp_path: Path) -> None:
    made = reconciled.copied(tmp_path)
    assert made.dbt(*RECONCILE, reconcile_month="2026-01") == {"month_is_read_whole": "fail"}
    assert None not in reasons(made).values()
    assert verdicts(made) == {}


def test_a_loader_in_another_time_zone_is_noticed(
    story: Story, server: Postgres, commands: DbtCommands, tmp_path: Path
) -> None:
    made = PostgreSQL.created(tmp_path, commands, server)
    made.load(story.ordinary.lines, PGTZ="Australia/Sydney")
    open_audit(made)
    made.load(story.audit.lines, made.audit, PGTZ="Australia/Sydney")
    assert made.run(*RECONCILE, **AUDIT).troubles == {"month_is_read_whole": "fail"}
    assert verdicts(made) == {}
    assert {each for each in reasons(made).values() if each} == {
        "the loader has stored the times of another zone than UTC: load with PGTZ=UTC"
    }


def test_tikpay_without_a_key_is_named(reconciled: Warehouse, tmp_path: Path) -> None:
    made = reconciled.copied(tmp_path)
    columns = VARIABLES["tikpay_columns"] | {"id": "_row_id"}
    assert made.dbt(*RECONCILE, **AUDIT, tikpay_columns=columns) == FAILING | {
        "streams_are_comparable": "warn"
    }
    assert reasons(made)["tikpay", "default", "all"] == (
        "not comparable: tikpay_columns names no id, or no date"
    )
    assert verdicts(made) == {key: LATE[key] for key in LATE if key[0] != "tikpay"}


def test_without_a_month_a_comparison_stands_as_it_was_made(
    reconciled: Warehouse, tmp_path: Path
) -> None:
    """A newer run has changed rows since the audit: they are not damaged."""
    made = reconciled.copied(tmp_path)
    made.change("update spacivox_payment_transactions set state = 2 where state = 1")
    assert made.dbt(*RECONCILE) == FAILING
    assert verdicts(made) == LATE
    assert made.ask("select max(period) as period from reconciliation_reads") == [{"period": MONTH}]
