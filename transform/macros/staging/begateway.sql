{#- beGateway's transactions, from a table that the tap's loader wrote, in the words of `payments`.

Amounts are whole minor units; how many make a major one is the currency's business. A currency
that ISO 4217 does not list leaves the amount empty, and a test fails: nothing is guessed. -#}
{% macro begateway_payments(relation, raw=[]) %}
select
    _account as account,
    uid as id,
    type,
    status,
    {{ decimal("amount * minor_unit * case when type in ('refund', 'chargeback', 'payout', 'credit') then -1 else 1 end") }} as amount,
    upper(transactions.currency) as currency,
    {{ decimal(decimal("transaction_fee") ~ " * minor_unit") }} as fee,
    {{ has_moved_at_begateway() }} as moved,
    case when {{ has_moved_at_begateway() }} then settled_at is null else false end as unsettled,
    {{ instant("created_at") }} as booked_at,
    {{ instant("created_at") }} as created_at,
    {{ instant("paid_at") }} as paid_at,
    {{ instant("settled_at") }} as settled_at,
    coalesce(tracking_id, order_id) as reference,
    parent_uid as parent_id,
    coalesce(payment_method_type, '') || '/created' as series
    {{- raw_columns("transactions", raw) }}
from {{ relation }} as transactions
left join {{ ref("iso_4217") }} as iso_4217
    on upper(transactions.currency) = iso_4217.currency
{% endmacro %}

{% macro has_moved_at_begateway() -%}
    coalesce(
        status = 'successful'
        and type in ('payment', 'capture', 'refund', 'chargeback', 'payout', 'credit')
        and not coalesce(test, false),
        false
    )
{%- endmacro %}

{#- The table's own columns beside those that were made of them, for the comparison. -#}
{% macro raw_columns(alias, names) -%}
    {%- for name in names %},
    {{ alias }}.{{ adapter.quote(name) }} as {{ adapter.quote("raw_" ~ name) }}
    {%- endfor %}
{%- endmacro %}
