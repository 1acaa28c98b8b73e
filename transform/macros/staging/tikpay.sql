{#- Tikpay's payments, from a table that the tap's loader wrote, in the words of `payments`.

Without key_properties in the tap's settings, a row that changed is a new row: the one from the
newest report stands. -#}
{% macro tikpay_payments(relation, raw=[]) %}
select
    _account as account,
    {{ tikpay_column("id") }} as id,
    coalesce({{ tikpay_column("type") }}, 'payment') as type,
    {{ tikpay_column("status") }} as status,
    {{ decimal(tikpay_column("amount")) }} as amount,
    upper({{ tikpay_column("currency") }}) as currency,
    {{ decimal(tikpay_column("fee")) }} as fee,
    {{ tikpay_status_in("tikpay_paid_statuses") }} as moved,
    {{ tikpay_is_unsettled() }} as unsettled,
    {{ tikpay_instant(tikpay_booking_column()) }} as booked_at,
    {{ tikpay_instant("created_at") }} as created_at,
    {{ tikpay_instant("paid_at") }} as paid_at,
    {{ tikpay_instant("settled_at") }} as settled_at,
    {{ tikpay_column("reference") }} as reference,
    {{ tikpay_column("parent_id") }} as parent_id,
    'all' as series
    {{- raw_columns("transactions", raw) }}
from {{ tikpay_latest(relation) }} as transactions
{% endmacro %}

{#- The newest version of each payment. -#}
{% macro tikpay_latest(relation) -%}
(
    select * from (
        select
            *,
            row_number() over (
                partition by _account, {{ tikpay_column("id") }}
                order by {{ tikpay_newest_first(relation) }}
            ) as version
        from {{ relation }} as versions
    ) as numbered
    where version = 1
)
{%- endmacro %}

{#- By the report's creation: a report that reaches further may be older. A table that no report was
loaded into since the tap adds that column has none. -#}
{% macro tikpay_newest_first(relation) -%}
    {%- if "_report_created_at" in column_names(relation) -%}
    _report_created_at desc nulls last, {% endif -%}
    _window_until desc, _report_job_id desc, _row_number desc
{%- endmacro %}

{#- A column of the Tikpay report by what it means; null where tikpay_columns names none. -#}
{% macro tikpay_column(name) -%}
    {%- set column = var("tikpay_columns").get(name) -%}
    {{ adapter.quote(column) if column else "cast(null as varchar)" }}
{%- endmacro %}

{#- The same as an instant in UTC: reports have the operator's local times. -#}
{% macro tikpay_instant(name) -%}
    {{ from_local("nullif(" ~ tikpay_column(name) ~ ", '')", "_operator_timezone") }}
{%- endmacro %}

{#- What says when a payment happened: the first of these that tikpay_columns names. -#}
{% macro tikpay_booking_column() -%}
    {%- for name in ["paid_at", "created_at", "settled_at"] if var("tikpay_columns").get(name) -%}
        {%- if loop.first -%}{{ return(name) }}{%- endif -%}
    {%- endfor -%}
    {{ return("paid_at") }}
{%- endmacro %}

{#- Whether a payment is on its way to the merchant; null where nothing says so. -#}
{% macro tikpay_is_unsettled() -%}
    {%- if var("tikpay_open_statuses") -%}
    case when {{ tikpay_status_in("tikpay_open_statuses") }} then true
        when {{ tikpay_status_in("tikpay_paid_statuses") }} then false end
    {%- else -%}
    cast(null as boolean)
    {%- endif -%}
{%- endmacro %}

{% macro tikpay_status_in(variable) -%}
    coalesce({{ tikpay_column("status") }} in (
        {%- for status in var(variable) %}{{ literal(status) }}, {% endfor %}null
    ), false)
{%- endmacro %}
