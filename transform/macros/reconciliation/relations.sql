{#- Where the audit read was loaded to. -#}
{% macro audit_schema() -%}
    {%- set ordinary = var("payments_schema") or target.schema -%}
    {{ return(var("payments_audit_schema") or ordinary ~ "_audit") }}
{%- endmacro %}

{#- A table of the audit schema; none where it is not there. -#}
{% macro audit_table(name) -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {{ return(adapter.get_relation(
        database=var("payments_database") or target.database, schema=audit_schema(), identifier=name
    )) }}
{%- endmacro %}

{#- The same, or one with no rows and the columns of `like`: a stream that gave nothing has no table. -#}
{% macro audit_table_or_none(name, like) -%}
    {%- set found = audit_table(name) -%}
    {{ return(found if found else "(select * from " ~ like ~ " where false)") }}
{%- endmacro %}

{#- The names of a table's columns; none of a text that stands for a table. -#}
{% macro column_names(relation) -%}
    {%- if not execute or relation is string -%}{{ return([]) }}{%- endif -%}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute="name") | list) }}
{%- endmacro %}

{#- The vendor's columns that only one of both tables has, sorted; none where there is no audit. -#}
{% macro uncompared_columns(warehouse, audit) -%}
    {%- set sides = [column_names(warehouse) | map("lower") | list, column_names(audit) | map("lower") | list if audit else []] -%}
    {%- set found = [] -%}
    {%- for name in sides[0] + sides[1] if audit and not name.startswith("_") and (name not in sides[0] or name not in sides[1]) -%}
        {%- do found.append(name) -%}
    {%- endfor -%}
    {{ return(found | sort) }}
{%- endmacro %}

{#- The columns that both tables have, without the loader's and the tap's bookkeeping.

`_extra` is the vendor's: fields that no schema declares. -#}
{% macro compared_columns(warehouse, audit, keys) -%}
    {%- set there = column_names(audit) if audit is not string else column_names(warehouse) -%}
    {%- set lower = there | map("lower") | list -%}
    {%- set ours = keys | map("lower") | list -%}
    {%- set found = [] -%}
    {%- for name in column_names(warehouse) -%}
        {%- if name | lower in lower and name | lower not in ours
            and (name == "_extra" or not name.startswith("_")) -%}
            {%- do found.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | sort) }}
{%- endmacro %}
