{{ config(enabled=is_synced("zimpler")) }}

-- Zimpler's account month by month: opening balance, what moved, fees, closing balance. Reckoned back
-- from the balance that Zimpler gives now, so that every row of it is missing nowhere or shows.

with moved as (
    select
        payments.account,
        payments.currency,
        cast(date_trunc('month', payments.booked_at) as date) as month,
        sum(case when payments.amount > 0 then payments.amount else 0 end) as received,
        sum(case when payments.amount < 0 then payments.amount else 0 end) as paid_out,
        sum(coalesce(payments.fee, 0)) as fees
    from {{ ref("zimpler_payments") }} as payments
    inner join {{ ref("zimpler_balances") }} as balances
        on payments.account = balances.account
        and payments.currency = balances.currency
        and payments.booked_at <= balances.observed_at
    group by 1, 2, 3
),

since as (
    select
        *,
        sum(received + paid_out - fees) over (
            partition by account, currency
            order by month rows between current row and unbounded following
        ) as moved_since
    from moved
)

select
    since.account,
    since.currency,
    since.month,
    cast(balances.total - since.moved_since as numeric(28, 4)) as opening_balance,
    cast(since.received as numeric(28, 4)) as received,
    cast(since.paid_out as numeric(28, 4)) as paid_out,
    cast(since.fees as numeric(28, 4)) as fees,
    cast(
        balances.total - since.moved_since + since.received + since.paid_out - since.fees
        as numeric(28, 4)
    ) as closing_balance,
    balances.observed_at,
    balances.difference
from since
inner join {{ ref("zimpler_balances") }} as balances
    on since.account = balances.account and since.currency = balances.currency
