{#- The month that is reconciled: {"name", "since", "until"}, its ends as texts of SQL.

Said by the variable reconcile_month, or by RECONCILE_MONTH in the environment; else the month that
`open_audit` opened; else the last that ended two days ago or more. -#}
{% macro reconciled_month() -%}
    {{ return(month_named(asked_month() or opened_month() or "last", run_started_at)) }}
{%- endmacro %}

{#- The month that somebody has asked for; none where nobody has. -#}
{% macro asked_month() -%}
    {{ return(var("reconcile_month", none) or env_var("RECONCILE_MONTH", "") or none) }}
{%- endmacro %}

{#- The month that the audit schema was opened for. -#}
{% macro opened_month() -%}
    {%- set opened = audit_table("reconciliation_opened") -%}
    {%- if opened -%}
        {{ return(run_query("select max(period) from " ~ opened).columns[0].values()[0]) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- A month by its name, as it can be asked for at an instant; refused where it cannot. -#}
{% macro month_named(name, now) -%}
    {%- set last_end = first_of_month(now.replace(tzinfo=none) - modules.datetime.timedelta(days=2)) -%}
    {%- if name == "last" -%}
        {{ return(month_until(last_end)) }}
    {%- endif -%}
    {%- if not modules.re.match("^[0-9]{4}-(0[1-9]|1[0-2])$", name) or name < "0001-01" or name > "9998-12" -%}
        {{ exceptions.raise_compiler_error(
            "the month '" ~ name ~ "' is none: write it as YYYY-MM, such as 2026-10, or 'last'"
        ) }}
    {%- endif -%}
    {%- set since = modules.datetime.datetime.strptime(name, "%Y-%m") -%}
    {%- set until = first_of_month(since + modules.datetime.timedelta(days=32)) -%}
    {%- if until > last_end -%}
        {{ exceptions.raise_compiler_error(
            "the month " ~ name ~ " cannot be closed before " ~ day_text(until + modules.datetime.timedelta(days=2))
            ~ " (UTC), two days after its end: rows of it may still arrive"
        ) }}
    {%- endif -%}
    {{ return(month_until(until)) }}
{%- endmacro %}

{% macro month_until(until) -%}
    {%- set since = first_of_month(until - modules.datetime.timedelta(days=1)) -%}
    {%- set days = [] -%}
    {%- for number in range((until - since).days) -%}
        {%- do days.append(day_text(since + modules.datetime.timedelta(days=number))) -%}
    {%- endfor -%}
    {{ return({
        "name": day_text(since)[:7],
        "since": "timestamp '" ~ day_text(since) ~ " 00:00:00'",
        "until": "timestamp '" ~ day_text(until) ~ " 00:00:00'",
        "days": days,
    }) }}
{%- endmacro %}

{#- strftime writes the year 987 with three digits. -#}
{% macro day_text(instant) -%}
    {{ return(instant.isoformat()[:10]) }}
{%- endmacro %}

{% macro first_of_month(instant) -%}
    {{ return(instant.replace(day=1, hour=0, minute=0, second=0, microsecond=0)) }}
{%- endmacro %}

{#- When the reconciliation began, and the ordinary sync with it, as a text of SQL. -#}
{% macro opened_at(month) -%}
    {%- set opened = audit_table("reconciliation_opened") -%}
    {%- if month and opened -%}
        (select max(opened_at) from {{ opened }})
    {%- else -%}
        cast(null as timestamp)
    {%- endif -%}
{%- endmacro %}

{#- The month that the readings were made for; none before the first. -#}
{% macro built_month(reads) -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {{ return(run_query("select max(period) from " ~ reads).columns[0].values()[0]) }}
{%- endmacro %}

{#- The days of a month, by its name. -#}
{% macro month_days(name) -%}
    {%- if not name -%}{{ return([]) }}{%- endif -%}
    {%- set since = modules.datetime.datetime.strptime(name, "%Y-%m") -%}
    {{ return(month_until(first_of_month(since + modules.datetime.timedelta(days=32))).days) }}
{%- endmacro %}
