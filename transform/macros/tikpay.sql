{#- A column of the Tikpay report by what it means; null where tikpay_columns names none. -#}
{% macro tikpay_column(name) -%}
    {%- set column = var("tikpay_columns").get(name) -%}
    {{ adapter.quote(column) if column else "cast(null as varchar)" }}
{%- endmacro %}

{#- The same as an instant in UTC: reports have the operator's local times. -#}
{% macro tikpay_instant(name) -%}
    {{ from_local("nullif(" ~ tikpay_column(name) ~ ", '')", "_operator_timezone") }}
{%- endmacro %}
