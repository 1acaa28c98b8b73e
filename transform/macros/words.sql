{#- The words that the models are written in. -#}

{#- A decimal that holds any vendor's amount: 20 digits and 8 decimals. -#}
{% macro decimal(expression) -%}
    cast({{ expression }} as numeric(28, 8))
{%- endmacro %}

{#- An instant in UTC, without a zone, as the loaders store it. -#}
{% macro instant(expression) -%}
    cast({{ expression }} as timestamp)
{%- endmacro %}

{#- An instant in UTC from a local time and the name of its zone. -#}
{% macro from_local(expression, zone) -%}
    cast({{ expression }} as timestamp) at time zone {{ zone }} at time zone 'UTC'
{%- endmacro %}

{#- A text of SQL, quoted. -#}
{% macro literal(text) -%}
    '{{ text | string | replace("'", "''") }}'
{%- endmacro %}

{#- The providers that the models are made of; a name that is none of the four is refused. -#}
{% macro providers() -%}
    {%- set known = ["begateway", "spacivox", "tikpay", "zimpler"] -%}
    {%- for provider in var("payments_providers") if provider not in known -%}
        {{ exceptions.raise_compiler_error("payments_providers: " ~ provider ~ " is none of " ~ known | join(", ")) }}
    {%- endfor -%}
    {{ return(known | select("in", var("payments_providers")) | list) }}
{%- endmacro %}

{#- Whether a provider's models are built. -#}
{% macro is_synced(provider) -%}
    {{ return(provider in var("payments_providers")) }}
{%- endmacro %}

{#- The staging model of each provider. -#}
{% macro staging_models() -%}
    {{ return({
        "begateway": "begateway_payments",
        "spacivox": "spacivox_payments",
        "tikpay": "tikpay_payments_latest",
        "zimpler": "zimpler_payments",
    }) }}
{%- endmacro %}
