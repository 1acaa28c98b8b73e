{#- The runs of the tap that read the audit, as one text; '' where there was none. -#}
{% macro audit_run_id() -%}
    {%- set windows = audit_table("sync_windows") -%}
    {%- if not windows -%}{{ return("") }}{%- endif -%}
    {%- set found = run_query("select distinct run_id from " ~ windows ~ " where run_id is not null order by 1") -%}
    {{ return(found.columns[0].values() | join(", ")) }}
{%- endmacro %}

{#- Whether there is nothing to reconcile: nobody asks for a month, and no audit was read. -#}
{% macro has_no_audit() -%}
    {{ return(not execute or (not asked_month() and audit_run_id() == "")) }}
{%- endmacro %}

{#- Whether a comparison stands as it was made: of this audit, and nobody asks for it again. Made
later, it would call damaged what has changed at the provider since the audit. -#}
{% macro stands(comparison) -%}
    {%- if not execute or asked_month() -%}{{ return(false) }}{%- endif -%}
    {%- set made = load_relation(comparison) -%}
    {%- if not made -%}{{ return(false) }}{%- endif -%}
    {%- set run_id = audit_run_id() -%}
    {%- set of_this = run_query("select 1 from " ~ made ~ " where run_id = " ~ literal(run_id) ~ " limit 1") -%}
    {{ return(run_id == "" or (of_this | length) > 0) }}
{%- endmacro %}
