"""Reads years of payments once: a plan, a task for each of its shards, and the state at the end.

Triggered again with the same `name` it goes on where it stopped: the plan stays, and only shards
without a result run. README.md beside this file says what it needs.
"""

# ruff: noqa: INP001 - Airflow reads a folder of files, not a package
from __future__ import annotations

import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Param, dag, task

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = os.environ.get("TAP_PAYMENTS_CONFIG", "/etc/tap-payments/config.json")
"""The tap's settings, on every machine."""
FOLDER = os.environ.get("TAP_PAYMENTS_BACKFILLS", "/var/lib/tap-payments")
"""Where plans and results are kept: a folder that every machine sees."""
PROJECT = os.environ.get("TAP_PAYMENTS_PROJECT", "/opt/meltano")
"""The Meltano project whose scheduled runs go on from the state."""
STATE_ID = os.environ.get("TAP_PAYMENTS_STATE_ID", "prod:tap-payments-to-target-postgres")
"""The state of those runs. They have to pause until the backfill is merged."""
LOADER = os.environ.get(
    "TAP_PAYMENTS_LOADER", 'meltano --cwd "$PROJECT" invoke --no-install target-postgres'
)
"""What reads a shard's messages; it has to update rows that it knows (upsert)."""
RETRY_DELAY = timedelta(seconds=float(os.environ.get("TAP_PAYMENTS_RETRY_SECONDS", "300")))
PROVIDERS = ("begateway", "spacivox", "tikpay", "zimpler")
QUOTAS = {"tikpay": timedelta(hours=8)}
"""Where a quota of requests per day defers shards, they wait longer."""

ENVIRONMENT = {
    "CONFIG": CONFIG,
    "LOADER": LOADER,
    "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
    "PROJECT": PROJECT,
    "STATE_ID": STATE_ID,
    "WORK": FOLDER + "/{{ params.name }}",
}

PLAN = """
set -euo pipefail
mkdir -p "$WORK/running" "$WORK/results"
if [ ! -e "$WORK/plan.json" ]; then
    tap-payments-backfill plan --config "$CONFIG" --since "$SINCE" ${UNTIL:+--until "$UNTIL"} \
        --shard-days "$SHARD_DAYS" --output "$WORK/plan.json"
fi
"""

# The result counts only when the loader too has succeeded: until then it lies elsewhere. Two runs
# of one Meltano project collide in its system folder, so each shard has its own.
SHARD = """
set -euo pipefail
export MELTANO_SYS_DIR_ROOT="$WORK/meltano/$SHARD"
mkdir -p "$MELTANO_SYS_DIR_ROOT"
ln -sfn "$PROJECT/.meltano/loaders" "$MELTANO_SYS_DIR_ROOT/loaders"
rm -f "$WORK/results/$SHARD.json"
tap-payments-backfill run --config "$CONFIG" --plan "$WORK/plan.json" --shard "$SHARD" \
    --result "$WORK/running/$SHARD.json" | eval "$LOADER"
mv "$WORK/running/$SHARD.json" "$WORK/results/$SHARD.json"
rm -rf "$MELTANO_SYS_DIR_ROOT"
"""

# Not `meltano state merge`: it replaces lists, and with them the other accounts.
MERGE = """
set -euo pipefail
meltano --cwd "$PROJECT" state get "$STATE_ID" > "$WORK/state-before.json"
tap-payments-backfill merge-state --plan "$WORK/plan.json" --state "$WORK/state-before.json" \
    --meltano --output "$WORK/state.json" "$WORK/results"
meltano --cwd "$PROJECT" state set --force --input-file "$WORK/state.json" "$STATE_ID"
"""

COMPLETE = """
tap-payments-backfill merge-state --plan "$WORK/plan.json" --require-complete \
    --output "$WORK/complete.json" "$WORK/results"
"""


def accounts() -> Iterator[tuple[str, str]]:
    """The providers and accounts of the tap's settings."""
    settings = json.loads(Path(CONFIG).read_text()) if Path(CONFIG).exists() else {}
    for provider in PROVIDERS:
        own = settings.get(provider)
        for each in (own.get("accounts") or [own]) if own else ():
            yield provider, each.get("account") or own.get("account") or "default"


def pool(provider: str, account: str) -> str:
    """The account's pool: as many slots as shards may ask the account's API at once."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", f"{provider}.{account}")


def without_result(work: Path) -> list[dict[str, Any]]:
    """The plan's shards that have no result yet."""
    shards = json.loads((work / "plan.json").read_text())["shards"]
    return [each for each in shards if not (work / "results" / f"{each['id']}.json").exists()]


def variables(work: Path, shard: dict[str, Any]) -> dict[str, str]:
    """What a shard's task is told."""
    return ENVIRONMENT | {"WORK": str(work), "SHARD": shard["id"]}


@task
def first(*, params: dict[str, Any]) -> list[dict[str, str]]:
    """One shard of each stream that has no result at all.

    Its loader creates the schema and the table; of two that do so at once, PostgreSQL refuses one.
    """
    work = Path(FOLDER) / params["name"]
    loaded = {each.name.partition(".")[0] for each in (work / "results").glob("*.json")}
    found: dict[str, dict[str, Any]] = {}
    for shard in without_result(work):
        if shard["stream"] not in loaded:
            found.setdefault(shard["stream"], shard)
    return [variables(work, shard) for shard in found.values()]


@task(trigger_rule="all_done")  # a first shard that failed is tried again among the others
def missing(provider: str, account: str, *, params: dict[str, Any]) -> list[dict[str, str]]:
    """The account's shards that have no result yet, as variables for their tasks."""
    work = Path(FOLDER) / params["name"]
    return [
        variables(work, shard)
        for shard in without_result(work)
        if shard["stream"].startswith(f"{provider}_") and shard["account"] == account
    ]


@dag(
    schedule=None,
    max_active_runs=1,
    params={
        "name": Param("first", type="string", pattern=r"^[A-Za-z0-9_-]+$"),
        "since": Param("2021-01-01", type="string"),
        "until": Param(None, type=["null", "string"], description="default: now"),
        "shard_days": Param(28, type="integer", minimum=1),
    },
    default_args={"do_xcom_push": False},
    doc_md=__doc__,
)
def tap_payments_backfill() -> None:
    """Plan, the first shard of each stream, the others with a pool per account, state."""
    choice = {
        "SINCE": "{{ params.since }}",
        "UNTIL": "{{ params.until or '' }}",
        "SHARD_DAYS": "{{ params.shard_days }}",
    }
    plan = BashOperator(
        task_id="plan", bash_command=PLAN, env=ENVIRONMENT | choice, append_env=True
    )
    merge_state = BashOperator(
        task_id="merge_state",
        bash_command=MERGE,
        env=ENVIRONMENT,
        append_env=True,
        trigger_rule="all_done",  # what failed is a gap, and the state stops before it
    )
    complete = BashOperator(
        task_id="complete", bash_command=COMPLETE, env=ENVIRONMENT, append_env=True
    )
    merge_state >> complete
    creating = first.override(do_xcom_push=True)()
    plan >> creating
    firsts = BashOperator.partial(
        task_id="run.first",
        bash_command=SHARD,
        append_env=True,
        max_active_tis_per_dagrun=1,
        retries=3,
        retry_delay=RETRY_DELAY,
        map_index_template="{{ task.env['SHARD'] }}",
    ).expand(env=creating)
    for provider, account in accounts():
        name = pool(provider, account)
        shards = missing.override(task_id=f"missing.{name}", do_xcom_push=True)(provider, account)
        runs = BashOperator.partial(
            task_id=f"run.{name}",
            bash_command=SHARD,
            append_env=True,
            pool=name,
            retries=3,
            retry_delay=QUOTAS.get(provider, RETRY_DELAY),
            map_index_template="{{ task.env['SHARD'] }}",
        ).expand(env=shards)
        firsts >> shards
        runs >> merge_state


tap_payments_backfill()
