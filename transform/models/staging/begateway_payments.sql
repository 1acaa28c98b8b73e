{{ config(enabled=is_synced("begateway")) }}

-- Amounts are whole minor units; how many make a major one is the currency's business. A currency
-- that ISO 4217 does not list leaves the amount empty, and a test fails: nothing is guessed.

select
    _account as account,
    uid as id,
    type,
    status,
    {{ decimal("amount") }} * minor_unit * case
        when type in ('refund', 'chargeback', 'payout', 'credit') then -1 else 1
    end as amount,
    upper(transactions.currency) as currency,
    {{ decimal("transaction_fee") }} * minor_unit as fee,
    status = 'successful'
        and type in ('payment', 'capture', 'refund', 'chargeback', 'payout', 'credit')
        and not coalesce(test, false) as moved,
    {{ instant("created_at") }} as created_at,
    {{ instant("paid_at") }} as paid_at,
    {{ instant("settled_at") }} as settled_at,
    coalesce(tracking_id, order_id) as reference
from {{ source("tap_payments", "begateway_transactions") }} as transactions
left join {{ ref("iso_4217") }} as iso_4217
    on upper(transactions.currency) = iso_4217.currency
