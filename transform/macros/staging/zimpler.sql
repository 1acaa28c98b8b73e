{#- Zimpler's transactions, from a table that the tap's loader wrote, in the words of `payments`.

Only approved transactions are listed, with the sign that they have for the merchant; fees are
negative there and costs here. -#}
{% macro zimpler_payments(relation, raw=[]) %}
select
    _account as account,
    id,
    type,
    'approved' as status,
    {{ decimal("amount") }} as amount,
    upper(currency) as currency,
    {{ decimal("-" ~ decimal("fee_amount")) }} as fee,
    true as moved,
    cast(null as boolean) as unsettled,
    {{ instant("approved_at") }} as booked_at,
    {{ instant("null") }} as created_at,
    {{ instant("approved_at") }} as paid_at,
    {{ instant("null") }} as settled_at,
    ref as reference,
    cast(null as varchar) as parent_id,
    'all' as series
    {{- raw_columns("transactions", raw) }}
from {{ relation }} as transactions
{% endmacro %}
