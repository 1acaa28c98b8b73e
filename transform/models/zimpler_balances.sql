{{ config(enabled=is_synced("zimpler")) }}

-- Zimpler's own word for the balance, held against the sum of its transactions: a row that is
-- missing or doubled shows as a difference.

with opening as (
    select cast(null as varchar) as account, cast(null as varchar) as currency, {{ decimal("null") }} as balance
    where false
    {%- for each in var("zimpler_opening_balances") %}
    union all
    select '{{ each.account }}', '{{ each.currency }}', {{ decimal("'" ~ each.balance ~ "'") }}
    {%- endfor %}
),

balances as (
    select
        _account as account,
        upper(currency) as currency,
        {{ instant("_observed_at") }} as observed_at,
        {{ decimal("total") }} as total,
        {{ decimal("pending") }} as pending,
        {{ decimal("available") }} as available
    from {{ source("tap_payments", "zimpler_current_balance") }}
),

moved as (
    select
        balances.account,
        balances.currency,
        sum(payments.amount - coalesce(payments.fee, 0)) as transactions
    from balances
    inner join {{ ref("zimpler_payments") }} as payments
        on balances.account = payments.account
        and balances.currency = payments.currency
        and payments.paid_at <= balances.observed_at
    group by 1, 2
)

select
    balances.account,
    balances.currency,
    balances.observed_at,
    cast(balances.total as numeric(28, 4)) as total,
    cast(balances.pending as numeric(28, 4)) as pending,
    cast(balances.available as numeric(28, 4)) as available,
    cast(coalesce(moved.transactions, 0) as numeric(28, 4)) as transactions,
    cast(opening.balance as numeric(28, 4)) as opening_balance,
    cast(
        balances.total - opening.balance - coalesce(moved.transactions, 0) as numeric(28, 4)
    ) as difference
from balances
left join moved
    on balances.account = moved.account and balances.currency = moved.currency
left join opening
    on balances.account = opening.account and balances.currency = opening.currency
