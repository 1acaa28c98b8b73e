{{ config(enabled=is_synced("spacivox")) }}

-- One row per payment of Spacivox's, with its job and the agent who took it: the one of the job's last
-- call that began before the payment.

with stored as (
    {{ spacivox_payments(source("tap_payments", "spacivox_payment_transactions"), ["job", "campaign", "team"]) }}
),

calls as (
    select
        stored.account,
        stored.id,
        calls.id as call,
        calls.agent,
        calls.called_at,
        calls.ended_at,
        row_number() over (
            partition by stored.account, stored.id
            order by calls.called_at desc, calls.id desc
        ) as recency
    from stored
    inner join {{ ref("spacivox_calls") }} as calls
        on stored.account = calls.account
        and stored.raw_job = calls.job
        and calls.called_at <= stored.booked_at
)

select
    stored.account,
    stored.id,
    cast(stored.amount as numeric(28, 4)) as amount,
    stored.currency,
    stored.status,
    stored.moved,
    stored.booked_at,
    stored.raw_campaign as campaign,
    stored.raw_team as team,
    stored.raw_job as job,
    stored.reference,
    jobs.label as job_label,
    jobs.status as job_status,
    cast(jobs.value as numeric(28, 4)) as job_value,
    jobs.created_at as job_created_at,
    calls.call,
    calls.agent,
    calls.called_at,
    calls.ended_at >= stored.booked_at as during_call
from stored
left join {{ ref("spacivox_contacts") }} as jobs
    on stored.account = jobs.account and stored.raw_job = jobs.id
left join calls
    on stored.account = calls.account and stored.id = calls.id and calls.recency = 1
