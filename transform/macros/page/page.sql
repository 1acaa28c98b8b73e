{#- Prints the last reconciliation as a page for those who sign the month:
`dbt --quiet run-operation page > reconciliation.html`. It needs nothing but itself. -#}
{% macro page() -%}
    {%- set reads = load_relation(ref("reconciliation_reads")) -%}
    {%- set month = built_month(reads) if reads else none -%}
    {%- if not month -%}
        {{ exceptions.raise_compiler_error("nothing was reconciled yet: read the audit, then run 'dbt build'") }}
    {%- endif -%}
    {%- if asked_month() not in (none, "last", month) -%}
        {{ exceptions.raise_compiler_error("the month " ~ asked_month() ~ " was not reconciled, but " ~ month) }}
    {%- endif -%}
    {%- do print(page_of(month)) -%}
{%- endmacro %}

{% macro page_of(month) -%}
{%- set facts = page_facts() -%}
{%- set title = month_title(month) -%}
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ title }}: reconciliation</title>
<style>{{ page_style() }}</style>
</head>
<body>
<header>
<p class="eyebrow">Reconciliation</p>
<h1>{{ title }}</h1>
{{ page_verdict(facts, title) }}
</header>
<main>
{{ page_unread(facts) }}
{{ page_picture(month) }}
{{ page_differences(facts) }}
{{ page_vanished(facts) }}
{{ page_totals() }}
{{ page_balances(month) }}
{{ page_reading(facts) }}
{{ page_unclaimed(facts) }}
</main>
<footer>
<p class="sign"><span>Signed</span><span>Date</span></p>
<p>Month {{ month }}, UTC &middot; run {{ facts.run_id | e }} &middot; written {{ run_started_at.strftime("%Y-%m-%d %H:%M") }} UTC</p>
</footer>
</body>
</html>
{%- endmacro %}

{#- What the sentences are made of. -#}
{% macro page_facts() -%}
    {%- set days = ref("reconciliation_days") -%}
    {%- set counts = run_query(
        "select sum(coalesce(provider_rows, 0)), sum(warehouse_rows), sum(missing), sum(changed), sum(vanished), sum(unread_rows) from " ~ days
    ).rows[0] -%}
    {%- set reads = run_query(
        "select provider, stream, account, series, is_judged, is_comparable, reason, warehouse_rows, rows_delivered, rows_loaded, opened_at, read_since, read_until, run_id from "
        ~ ref("reconciliation_reads") ~ " order by provider, account, series"
    ).rows -%}
    {%- set doubled = run_query("select count(*) from " ~ ref("reconciliation_rows") ~ " where columns like 'stored % times%'").rows[0][0] -%}
    {{ return({
        "doubled": doubled | int,
        "provider_rows": (counts[0] or 0) | int,
        "warehouse_rows": (counts[1] or 0) | int,
        "missing": (counts[2] or 0) | int,
        "changed": (counts[3] or 0) | int,
        "vanished": (counts[4] or 0) | int,
        "unread_rows": (counts[5] or 0) | int,
        "reads": reads,
        "unread": reads | rejectattr("is_judged") | list,
        "run_id": reads | map(attribute="run_id") | select("string") | unique | join(", "),
    }) }}
{%- endmacro %}
