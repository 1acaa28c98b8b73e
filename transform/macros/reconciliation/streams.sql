{#- The providers whose rows can be held against their provider's, by a key that a change keeps. -#}
{% macro comparable_providers() -%}
    {%- set found = providers() -%}
    {%- if not tikpay_is_comparable() -%}
        {%- set found = found | reject("equalto", "tikpay") | list -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#- A changed row of Tikpay has another _row_id, and without a date it has no month. -#}
{% macro tikpay_is_comparable() -%}
    {%- set columns = var("tikpay_columns") -%}
    {{ return(
        columns.get("id") not in (none, "", "_row_id")
        and (columns.get("paid_at") or columns.get("created_at") or columns.get("settled_at")) is not none
    ) }}
{%- endmacro %}
