{{ config(enabled=is_synced("tikpay")) }}

-- Without key_properties in the tap's settings, a row that changed is a new row: the latest stands.

{%- set columns = var("tikpay_columns") %}
{%- if execute and (not columns.get("id") or not columns.get("amount")) %}
    {{ exceptions.raise_compiler_error("tikpay_columns: say at least which columns are the id and the amount") }}
{%- endif %}

with rows as (
    select
        *,
        row_number() over (
            partition by _account, {{ tikpay_column("id") }}
            order by _window_until desc, _report_job_id desc, _row_number desc
        ) as version
    from {{ source("tap_payments", "tikpay_payments") }}
)

select
    _account as account,
    {{ tikpay_column("id") }} as id,
    coalesce({{ tikpay_column("type") }}, 'payment') as type,
    {{ tikpay_column("status") }} as status,
    {{ decimal(tikpay_column("amount")) }} as amount,
    upper({{ tikpay_column("currency") }}) as currency,
    {{ decimal(tikpay_column("fee")) }} as fee,
    {{ tikpay_column("status") }} in (
        {%- for status in var("tikpay_paid_statuses") %}'{{ status }}', {% endfor %}null
    ) as moved,
    {{ tikpay_instant("created_at") }} as created_at,
    {{ tikpay_instant("paid_at") }} as paid_at,
    {{ tikpay_instant("settled_at") }} as settled_at,
    {{ tikpay_column("reference") }} as reference
from rows
where version = 1
