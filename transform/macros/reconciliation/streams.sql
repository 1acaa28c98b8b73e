{#- What is compared: the payment stream of each provider, what identifies a row there, and the column
that is its booking date where it is one column. -#}
{% macro payment_streams() -%}
    {{ return({
        "begateway": {"stream": "begateway_transactions", "columns": ["uid"], "booked": "created_at"},
        "spacivox": {"stream": "spacivox_payment_transactions", "columns": ["id"], "booked": "timestamp"},
        "tikpay": {"stream": "tikpay_payments", "columns": [var("tikpay_columns").get("id") or "_row_id"]},
        "zimpler": {"stream": "zimpler_transactions", "columns": ["id", "type"], "booked": "approved_at"},
    }) }}
{%- endmacro %}

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

{#- A provider's rows in the words of `payments`, with the table's own columns as raw_<name>. -#}
{% macro staged(provider, relation, raw) -%}
    {%- if provider == "begateway" -%}{{ begateway_payments(relation, raw) }}
    {%- elif provider == "spacivox" -%}{{ spacivox_payments(relation, raw) }}
    {%- elif provider == "tikpay" -%}{{ tikpay_payments(relation, raw) }}
    {%- elif provider == "zimpler" -%}{{ zimpler_payments(relation, raw) }}
    {%- endif -%}
{%- endmacro %}
