{{ config(enabled=is_synced("spacivox")) }}

select
    _account as account,
    id,
    'payment' as type,
    case state when 0 then 'started' when 1 then 'succeeded' when 2 then 'failed' end as status,
    {{ decimal("amount") }} as amount,
    cast({{ "'" ~ var("spacivox_currency") ~ "'" if var("spacivox_currency") else "null" }} as varchar) as currency,
    {{ decimal("null") }} as fee,
    state = 1 as moved,
    {{ instant("timestamp") }} as created_at,
    case when state = 1 then {{ instant("timestamp") }} end as paid_at,
    {{ instant("null") }} as settled_at,
    reference
from {{ source("tap_payments", "spacivox_payment_transactions") }}
