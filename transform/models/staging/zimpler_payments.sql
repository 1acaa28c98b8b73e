{{ config(enabled=is_synced("zimpler")) }}

-- Only approved transactions are listed, with the sign that they have for the merchant; fees are
-- negative there and costs here.

select
    _account as account,
    id,
    type,
    'approved' as status,
    {{ decimal("amount") }} as amount,
    upper(currency) as currency,
    -{{ decimal("fee_amount") }} as fee,
    true as moved,
    {{ instant("null") }} as created_at,
    {{ instant("approved_at") }} as paid_at,
    {{ instant("null") }} as settled_at,
    ref as reference
from {{ source("tap_payments", "zimpler_transactions") }}
