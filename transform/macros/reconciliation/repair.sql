{#- Mends what the last reconciliation found: `dbt run-operation repair`.

Rows that are missing, or changed and still as they were compared, go from the audit's tables into
the warehouse's. Nothing is deleted. What has vanished is marked, and unmarked once it is listed
again. All in one transaction. -#}
{% macro repair() -%}
    {%- set pairs = load_relation(ref("reconciliation_pairs")) -%}
    {%- set reads = load_relation(ref("reconciliation_reads")) -%}
    {%- if not pairs or not reads -%}
        {{ exceptions.raise_compiler_error("nothing was reconciled yet: run 'dbt build' after the audit") }}
    {%- endif -%}
    {%- set month = built_month(reads) -%}
    {%- if not month -%}
        {{ exceptions.raise_compiler_error("nothing was reconciled yet: there was no audit when the models were built") }}
    {%- endif -%}
    {%- if asked_month() not in (none, "last", month) -%}
        {{ exceptions.raise_compiler_error("the month " ~ asked_month() ~ " was not reconciled, but " ~ month) }}
    {%- endif -%}
    {%- do refuse_another_audit(pairs) -%}
    {%- set statements, told = [], [] -%}
    {%- for provider in comparable_providers() -%}
        {%- set known = known_providers()[provider] -%}
        {%- set warehouse = source("tap_payments", known.stream) -%}
        {%- set audit = audit_table(known.stream) -%}
        {%- set found = found_differences(provider, warehouse, audit, pairs, reads) -%}
        {%- if audit -%}
            {%- do statements.append(overwrites(provider, warehouse, audit, pairs, reads)) -%}
            {%- do statements.append(inserts(provider, warehouse, audit, pairs, reads)) -%}
        {%- endif -%}
        {%- do told.append(known.stream ~ ": " ~ found) -%}
    {%- endfor -%}
    {%- do committed(statements | join(";\n") ~ ";\n" ~ marks(pairs, reads)) -%}
    {%- for line in told -%}{%- do log(line, info=true) -%}{%- endfor -%}
{%- endmacro %}

{#- Rows that a later audit has read were compared with nothing yet. -#}
{% macro refuse_another_audit(pairs) -%}
    {%- set run_id = audit_run_id() -%}
    {%- set others = run_query("select 1 from " ~ pairs ~ " where run_id <> " ~ literal(run_id) ~ " limit 1") -%}
    {%- if run_id == "" or (others | length) > 0 -%}
        {{ exceptions.raise_compiler_error(
            "the audit schema " ~ audit_schema() ~ " does not hold the audit that was reconciled: reconcile again"
        ) }}
    {%- endif -%}
{%- endmacro %}

{#- How many rows of a stream are about to be mended, for the one who asked. -#}
{% macro found_differences(provider, warehouse, audit, pairs, reads) -%}
    {%- set query -%}
    select
        coalesce(sum(case when {{ verdict() }} = 'missing' then 1 else 0 end), 0) as missing,
        coalesce(sum(case when {{ verdict() }} = 'changed' and pairs.copies = 1 then 1 else 0 end), 0) as changed,
        coalesce(sum(case when {{ verdict() }} = 'vanished' then 1 else 0 end), 0) as vanished,
        coalesce(sum(case when pairs.copies > 1 then 1 else 0 end), 0) as doubled
    from {{ pairs }} as pairs
    inner join {{ reads }} as reads on {{ reads_judge_pairs() }}
    where pairs.provider = {{ literal(provider) }} and pairs.copy_number = 1
    {%- endset -%}
    {%- set row = run_query(query).rows[0] -%}
    {%- set overtaken = run_query(overtaken_count(provider, warehouse, audit, pairs, reads)).rows[0][0] if audit else 0 -%}
    {{ return(
        (row[0] | int | string) ~ " missing to insert, "
        ~ ((row[1] | int) - (overtaken | int)) ~ " changed to overwrite, "
        ~ (overtaken | int) ~ " left alone that have changed since, "
        ~ (row[2] | int) ~ " vanished"
        ~ (", " ~ (row[3] | int) ~ " left alone that are stored more than once: delete all but one" if row[3] | int else "")
    ) }}
{%- endmacro %}

{#- The pairs of a provider with a verdict that can be judged. -#}
{% macro pairs_with(verdict_found, provider, pairs, reads) -%}
    select pairs.*
    from {{ pairs }} as pairs
    inner join {{ reads }} as reads on {{ reads_judge_pairs() }}
    where pairs.provider = {{ literal(provider) }} and {{ verdict() }} = {{ literal(verdict_found) }} and pairs.copies = 1
{%- endmacro %}

{#- Whether a row of a table is the one of a pair. -#}
{% macro is_row_of(provider, alias, pair) -%}
    {%- set keys = known_providers()[provider].columns -%}
    {{ alias }}._account = {{ pair }}.account
    {%- for key in keys %}
    and {{ alias }}.{{ adapter.quote(key) }} = {{ pair }}.{{ ["id", "type"][loop.index0] }}
    {%- endfor %}
{%- endmacro %}

{#- A provider's table as it was compared: of Tikpay the newest version of each payment. -#}
{% macro current_rows(provider, relation) -%}
    {{ return(tikpay_latest(relation) if provider == "tikpay" else relation | string) }}
{%- endmacro %}

{% macro overtaken_count(provider, warehouse, audit, pairs, reads) -%}
    {%- set columns = compared_columns(warehouse, audit, known_providers()[provider].columns) %}
    select count(*)
    from ({{ pairs_with("changed", provider, pairs, reads) }}) as found
    inner join {{ current_rows(provider, warehouse) }} as w on {{ is_row_of(provider, "w", "found") }}
    where {{ fingerprint("w", columns) }} <> found.fingerprint
{%- endmacro %}

{#- Overwrites what differs, where the warehouse's row is still the one that was compared. -#}
{% macro overwrites(provider, warehouse, audit, pairs, reads) -%}
    {%- set keys = known_providers()[provider].columns -%}
    {%- set columns = compared_columns(warehouse, audit, keys) -%}
    {%- set kept = ["_account"] + keys | map("lower") | list -%}
    {%- set shared = shared_columns(warehouse, audit) | reject("in", kept) | list %}
    update {{ warehouse }} as target set
        {%- for name in shared %}
        {{ adapter.quote(name) }} = p.{{ adapter.quote(name) }}{{ "," if not loop.last }}
        {%- endfor %}
    from ({{ pairs_with("changed", provider, pairs, reads) }}) as found
    inner join {{ current_rows(provider, warehouse) }} as w on {{ is_row_of(provider, "w", "found") }}
    inner join {{ current_rows(provider, audit) }} as p on {{ is_row_of(provider, "p", "found") }}
    where {{ fingerprint("w", columns) }} = found.fingerprint
    {%- if provider == "tikpay" %}
    and target._account = found.account
    and target._row_id = coalesce((select max(same._row_id) from {{ warehouse }} as same where same._account = p._account and same._row_id = p._row_id), w._row_id)
    {%- else %}
    and {{ is_row_of(provider, "target", "found") }}
    {%- endif %}
{%- endmacro %}

{#- Inserts what is missing, unless it has come since. -#}
{% macro inserts(provider, warehouse, audit, pairs, reads) -%}
    {%- set shared = shared_columns(warehouse, audit) %}
    insert into {{ warehouse }} ({% for name in shared %}{{ adapter.quote(name) }}{{ ", " if not loop.last }}{% endfor %})
    select {% for name in shared %}p.{{ adapter.quote(name) }}{{ ", " if not loop.last }}{% endfor %}
    from ({{ pairs_with("missing", provider, pairs, reads) }}) as found
    inner join {{ current_rows(provider, audit) }} as p on {{ is_row_of(provider, "p", "found") }}
    where not exists (
        select 1 from {{ warehouse }} as stored where {{ is_row_of(provider, "stored", "found") }}
    )
{%- endmacro %}

{#- The columns that both tables have. -#}
{% macro shared_columns(warehouse, audit) -%}
    {%- set there = column_names(audit) | map("lower") | list -%}
    {%- set found = [] -%}
    {%- for name in column_names(warehouse) if name | lower in there -%}{%- do found.append(name) -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
