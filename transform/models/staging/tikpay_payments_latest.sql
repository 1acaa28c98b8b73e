{{ config(enabled=is_synced("tikpay")) }}

{%- set columns = var("tikpay_columns") %}
{%- if execute and (not columns.get("id") or not columns.get("amount")) %}
    {{ exceptions.raise_compiler_error("tikpay_columns: say at least which columns are the id and the amount") }}
{%- endif %}

{{ tikpay_payments(source("tap_payments", "tikpay_payments")) }}
