-- One row per refund and chargeback, with the payment that it takes back from.

with returned as (
    select
        *,
        sum(case when moved then amount else 0 end) over (
            partition by provider, account, parent_id
        ) as returned_in_all
    from {{ ref("payments") }}
    where type in ('refund', 'chargeback')
)

select
    returned.provider,
    returned.account,
    returned.id,
    returned.type,
    returned.status,
    returned.amount,
    returned.currency,
    returned.moved,
    returned.booked_at,
    returned.parent_id,
    case
        when returned.parent_id is null then 'not said'
        when parents.id is null then 'not loaded'
        else 'known'
    end as parent,
    parents.amount as parent_amount,
    parents.booked_at as parent_booked_at,
    -- Null where the payment is not known.
    cast(parents.amount + returned.returned_in_all as numeric(28, 4)) as parent_rest
from returned
left join {{ ref("payments") }} as parents
    on returned.provider = parents.provider
    and returned.account = parents.account
    and returned.parent_id = parents.id
    and parents.type not in ('refund', 'chargeback')
