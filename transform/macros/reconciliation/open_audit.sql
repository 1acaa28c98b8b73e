{#- Begins a reconciliation: checks the month, and empties the audit schema, which would keep the
rows of the last audit. `dbt run-operation open_audit` -#}
{% macro open_audit() -%}
    {%- set month = month_named(asked_month() or "last", run_started_at) -%}
    {%- set schema = api.Relation.create(
        database=var("payments_database") or target.database, schema=audit_schema()
    ) -%}
    {%- do refuse_what_is_no_audit_schema(schema) -%}
    {%- set opened = schema.incorporate(path={"identifier": "reconciliation_opened"}) -%}
    {#- PostgreSQL knows no schema of another database. -#}
    {%- set name = schema.include(database=target.type != "postgres") -%}
    {%- do committed(
        "drop schema if exists " ~ name ~ " cascade; create schema " ~ name ~ "; create table " ~ opened ~ " as select cast(" ~ literal(month.name) ~ " as varchar) as period, "
        ~ "cast(" ~ literal(run_started_at.strftime("%Y-%m-%d %H:%M:%S")) ~ " as timestamp) as opened_at"
    ) -%}
    {%- do log("The month " ~ month.name ~ ": " ~ schema.schema ~ " is empty, and waits for the audit", info=true) -%}
{%- endmacro %}

{#- What is dropped may hold nothing but the tap's tables. -#}
{% macro refuse_what_is_no_audit_schema(schema) -%}
    {%- if schema.schema | lower in [(var("payments_schema") or target.schema) | lower, target.schema | lower] -%}
        {{ exceptions.raise_compiler_error(
            "payments_audit_schema: " ~ schema.schema ~ " is the schema of your tables, not of the audit"
        ) }}
    {%- endif -%}
    {%- set tables = run_query(
        "select table_name from information_schema.tables where table_schema = " ~ literal(schema.schema)
    ).columns[0].values() -%}
    {%- for table in tables if table not in ["sync_windows", "reconciliation_opened"]
        and table.split("_")[0] not in known_providers() -%}
        {{ exceptions.raise_compiler_error(
            "payments_audit_schema: " ~ schema.schema ~ " holds " ~ table
            ~ ", which is no table of the tap's. Nothing was dropped"
        ) }}
    {%- endfor -%}
{%- endmacro %}

{#- Runs statements as one transaction, and commits it: after an operation dbt rolls back. -#}
{% macro committed(statements) -%}
    {%- call statement("committed", auto_begin=true) -%}
    {{ statements }}
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
