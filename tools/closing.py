"""What `make demo` ends with: a month is closed, a cent is lost and found, and given back.

Runs in the environment of `tools/dbt` (`.tools/dbt`), on a database that an audit was loaded into.

All three comparisons hold the database against that one reading of the providers. `meltano run
reconcile` reads anew each time, as it must where days may lie between a repair and its proof; here
they are seconds. A second audit would also be too much for Tikpay, which allows 20 requests a day:
the demo's two runs take about 15 of them, and an audit, which takes over no older report, 4. Tikpay
would be left unread then, and not be judged.
"""

from __future__ import annotations

import os
import re
import sys
import time
import typing as t
from pathlib import Path

import duckdb
from warehouse import models, sums

if t.TYPE_CHECKING:
    from warehouse import Models

REPAIR = ("run-operation", "repair")
COMPARE = ("build", "--select", "reconciliation_pairs+", "payments")
VERDICT = re.compile(r"<strong>(.*?)</strong>", re.DOTALL)
CENT = """
update begateway_transactions set amount = amount - 1 where uid = (
    select uid from begateway_transactions
    where status = 'successful' and currency = 'EUR' and created_at >= (
        select min(window_since) + interval 3 day from main_audit.sync_windows
    )
    order by created_at, uid
    limit 1
)
returning uid
"""
FOUND = """
select key, columns, provider_amount, warehouse_amount, provider_currency
from reconciliation_rows where verdict <> 'vanished'
"""


def main(arguments: list[str]) -> int:
    """`closing.py FILE PAGE`: 0 when the month agrees, is found damaged, and agrees again."""
    file, page = (Path(each).resolve() for each in arguments)
    os.environ["RECONCILE_MONTH"] = "last"
    with models(file) as dbt:
        if not dbt.run("build"):
            return 1
        say(f"{sums(file)}\nA month closed: what the providers list now, held against all this\n")
        first = verdict(dbt, page)
        say(f"\n{first}\n\n")
        with duckdb.connect(str(file)) as connection:
            ((payment,),) = connection.execute(CENT).fetchall()
        say(f"  damage       beGateway payment {payment} loses a cent in the database\n")
        # The tests fail of what is found, which is for the page to say.
        timed("reconcile", "every payment of the month against the same reading", dbt, *COMPARE)
        second = verdict(dbt, page)
        say(f"\n{second}\n{difference(file)}\n\n")
        timed("repair", "what differs goes into the tables, nothing is deleted", dbt, *REPAIR)
        timed("reconcile", "once more", dbt, *COMPARE)
        third = verdict(dbt, page)
        say(f"\n{third}\n")
    return 0 if "agrees" in first and "differs" in second and "agrees" in third else 1


def verdict(dbt: Models, page: Path) -> str:
    """The sentence on the page, which is written."""
    text, _ = dbt.output("run-operation", "page")
    page.write_text(text, encoding="utf-8")
    found = VERDICT.search(text)
    return " ".join(found[1].split()) if found else text


def difference(file: Path) -> str:
    """What differs, a line each."""
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(FOUND).fetchall()
    return "\n".join(
        f"  {key}: {columns} is {there:.2f} {currency} at the provider, {here:.2f} in the database"
        for key, columns, there, here, currency in rows
    )


def timed(name: str, what: str, dbt: Models, *command: str) -> None:
    """A line of progress: what is under way, then how long it took."""
    say(f"  {name:12} {what} ")
    began = time.monotonic()
    dbt.output(*command)
    say(f"({time.monotonic() - began:.0f} s)\n")


def say(text: str) -> None:
    """Shows a text at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
