-- One row per payment, refund, payout ... of all providers. The tests hold that the four decimals
-- of `amount` are enough: no currency has more.

{%- set models = {
    "begateway": "begateway_payments",
    "spacivox": "spacivox_payments",
    "tikpay": "tikpay_payments_latest",
    "zimpler": "zimpler_payments",
} %}

{%- for provider in providers() %}
{%- if not loop.first %}
union all
{%- endif %}
select
    '{{ provider }}' as provider,
    account,
    id,
    type,
    status,
    cast(amount as numeric(28, 4)) as amount,
    currency,
    cast(fee as numeric(28, 6)) as fee,
    coalesce(moved, false) as moved,
    created_at,
    paid_at,
    settled_at,
    reference
from {{ ref(models[provider]) }}
{%- endfor %}
