{#- How the page writes names, numbers and instants. -#}

{% macro month_title(month) -%}
    {{ return(modules.datetime.datetime.strptime(month, "%Y-%m").strftime("%B ") ~ month[:4]) }}
{%- endmacro %}

{% macro provider_title(provider) -%}
    {{ return(known_providers()[provider].title) }}
{%- endmacro %}

{#- An account's name; providers that have one account call it default. -#}
{% macro account_title(provider, account) -%}
    {{ return(provider_title(provider) ~ ("" if account in (none, "default") else " " ~ (account | e))) }}
{%- endmacro %}

{% macro whole(number) -%}
    {{ return("{:,}".format((number or 0) | int)) }}
{%- endmacro %}

{% macro counted(number, one, many) -%}
    {{ return(whole(number) ~ " " ~ (one if number == 1 else many)) }}
{%- endmacro %}

{#- An amount with all its digits, and as many as its currency has. -#}
{% macro money(amount, exponent, sign=false) -%}
    {%- if amount is none -%}{{ return("&ndash;") }}{%- endif -%}
    {%- set parts = "{:,.6f}".format(amount).split(".") -%}
    {%- set decimals = parts[1].rstrip("0").ljust(exponent, "0") -%}
    {%- set text = parts[0] ~ ("." ~ decimals if decimals else "") -%}
    {{ return(("+" if sign and amount > 0 else "") ~ text.replace("-", "&minus;")) }}
{%- endmacro %}

{% macro shown_instant(value) -%}
    {{ return(value.strftime("%Y-%m-%d %H:%M") if value else "&ndash;") }}
{%- endmacro %}

{% macro shown_day(value) -%}
    {{ return((value | string)[:10]) }}
{%- endmacro %}
