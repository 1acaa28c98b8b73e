{#- What the models know of each provider: its name, its staging model, its payment stream, what
identifies a row there, and the column that is its booking date where it is one column. A new one
adds its entry here, and a macro <provider>_payments. -#}
{% macro known_providers() -%}
    {{ return({
        "begateway": {
            "title": "beGateway", "model": "begateway_payments",
            "stream": "begateway_transactions", "columns": ["uid"], "booked": "created_at",
        },
        "spacivox": {
            "title": "Spacivox", "model": "spacivox_payments",
            "stream": "spacivox_payment_transactions", "columns": ["id"], "booked": "timestamp",
        },
        "tikpay": {
            "title": "Tikpay", "model": "tikpay_payments_latest",
            "stream": "tikpay_payments", "columns": [var("tikpay_columns").get("id") or "_row_id"],
        },
        "zimpler": {
            "title": "Zimpler", "model": "zimpler_payments",
            "stream": "zimpler_transactions", "columns": ["id", "type"], "booked": "approved_at",
        },
    }) }}
{%- endmacro %}

{#- The providers that the models are made of; another name is refused. -#}
{% macro providers() -%}
    {%- set known = known_providers() | list -%}
    {%- for provider in var("payments_providers") if provider not in known -%}
        {{ exceptions.raise_compiler_error("payments_providers: " ~ provider ~ " is none of " ~ known | join(", ")) }}
    {%- endfor -%}
    {{ return(known | select("in", var("payments_providers")) | list) }}
{%- endmacro %}

{#- Whether a provider's models are built. -#}
{% macro is_synced(provider) -%}
    {{ return(provider in var("payments_providers")) }}
{%- endmacro %}

{#- A provider's rows in the words of `payments`, with the table's own columns as raw_<name>. -#}
{% macro staged(provider, relation, raw) -%}
    {{ context[provider ~ "_payments"](relation, raw) }}
{%- endmacro %}
