-- One row per key of the month: what the provider lists, what the warehouse has, and in which
-- columns they differ; one more for each further copy of a row in the warehouse. What the other models of the reconciliation, and the repair, are made of.

{%- set month = none if has_no_audit() else reconciled_month() %}
{%- if stands(this) %}
select * from {{ this }}
{%- else %}
select
    cast(null as varchar) as period,
    cast(null as varchar) as run_id,
    cast(null as varchar) as provider,
    cast(null as varchar) as stream,
    cast(null as varchar) as account,
    cast(null as varchar) as id,
    cast(null as varchar) as type,
    cast(null as varchar) as series,
    cast(null as boolean) as is_listed,
    cast(null as boolean) as is_stored,
    cast(null as date) as provider_day,
    cast(null as date) as warehouse_day,
    cast(null as varchar) as provider_currency,
    cast(null as varchar) as warehouse_currency,
    {{ decimal("null") }} as provider_amount,
    {{ decimal("null") }} as warehouse_amount,
    {{ decimal("null") }} as provider_moved,
    {{ decimal("null") }} as warehouse_moved,
    {{ decimal("null") }} as provider_fee,
    {{ decimal("null") }} as warehouse_fee,
    cast(null as varchar) as columns,
    cast(null as varchar) as fingerprint,
    cast(null as bigint) as copy_number,
    cast(null as bigint) as copies
where false
{%- for provider in comparable_providers() %}
    {%- set warehouse = source("tap_payments", known_providers()[provider].stream) %}
    {%- if month %}
union all
{{ compared_payments(provider, warehouse, month) }}
    {%- endif %}
{%- endfor %}
{%- endif %}

-- depends_on: {{ ref("iso_4217") }}
