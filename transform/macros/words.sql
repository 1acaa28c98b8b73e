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
