{#- Spacivox's payments, from a table that the tap's loader wrote, in the words of `payments`. -#}
{% macro spacivox_payments(relation, raw=[]) %}
select
    _account as account,
    id,
    'payment' as type,
    case state when 0 then 'started' when 1 then 'succeeded' when 2 then 'failed' end as status,
    {{ decimal("amount") }} as amount,
    cast({{ literal(var("spacivox_currency")) if var("spacivox_currency") else "null" }} as varchar) as currency,
    {{ decimal("null") }} as fee,
    coalesce(state = 1, false) as moved,
    cast(null as boolean) as unsettled,
    {{ instant("timestamp") }} as booked_at,
    {{ instant("timestamp") }} as created_at,
    case when state = 1 then {{ instant("timestamp") }} end as paid_at,
    {{ instant("null") }} as settled_at,
    reference,
    cast(null as varchar) as parent_id,
    'team/' || coalesce(cast(team as varchar), '') as series
    {{- raw_columns("transactions", raw) }}
from {{ relation }} as transactions
{% endmacro %}
