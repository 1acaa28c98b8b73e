{#- The table of what has vanished, which `repair` makes and no model writes; none before that. -#}
{% macro vanished_marks() -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {{ return(adapter.get_relation(
        database=target.database, schema=target.schema, identifier="payments_vanished"
    )) }}
{%- endmacro %}
