-- The month day by day, per provider, stream, account and currency: how many rows and how much money
-- either side has, and how many rows differ. Days on which nothing happened have a row without a
-- currency. Where an account was not read, the provider's side is empty.

{%- set reads = ref("reconciliation_reads") %}
{%- set month = built_month(reads) %}

with judged as (
    select pairs.*, {{ verdict() }} as verdict
    from {{ ref("reconciliation_pairs") }} as pairs
    inner join {{ reads }} as reads on {{ reads_judge_pairs() }}
),

-- What nothing was held against.
unread as (
    select pairs.*
    from {{ ref("reconciliation_pairs") }} as pairs
    where not exists (select 1 from {{ reads }} as reads where {{ reads_judge_pairs() }})
),

accounts as (
    select
        provider,
        stream,
        account,
        bool_or(is_judged) as is_read,
        bool_or(is_asked and not is_judged) as is_partly_unread,
        max(period) as period,
        max(run_id) as run_id
    from {{ reads }}
    group by 1, 2, 3
),

days as (
    select cast(null as date) as day
    where false
    {%- for day in month_days(month) %}
    union all
    select date '{{ day }}'
    {%- endfor %}
),

entries as (
    select
        provider, stream, account, provider_day as day, provider_currency as currency,
        1 as provider_rows, provider_amount, provider_moved, coalesce(provider_fee, 0) as provider_fees,
        0 as warehouse_rows, 0 as warehouse_amount, 0 as warehouse_moved, 0 as warehouse_fees,
        0 as missing, 0 as changed, 0 as vanished, 0 as unread_rows
    from judged
    where provider_day is not null
    union all
    select
        provider, stream, account, warehouse_day, warehouse_currency,
        0, 0, 0, 0,
        1, warehouse_amount, warehouse_moved, coalesce(warehouse_fee, 0),
        0, 0, 0, 0
    from judged
    where warehouse_day is not null
    union all
    select
        provider, stream, account, coalesce(provider_day, warehouse_day), coalesce(provider_currency, warehouse_currency),
        0, 0, 0, 0,
        0, 0, 0, 0,
        case when verdict = 'missing' then 1 else 0 end,
        case when verdict = 'changed' then 1 else 0 end,
        case when verdict = 'vanished' then 1 else 0 end,
        0
    from judged
    where verdict is not null and copy_number = 1
    union all
    select
        unread.provider, unread.stream, unread.account, warehouse_day, warehouse_currency,
        0, 0, 0, 0,
        case when is_read then 0 else 1 end,
        case when is_read then 0 else warehouse_amount end,
        case when is_read then 0 else warehouse_moved end,
        case when is_read then 0 else coalesce(warehouse_fee, 0) end,
        0, 0, 0, 1
    from unread
    inner join accounts on unread.stream = accounts.stream and unread.account = accounts.account
    where warehouse_day is not null
),

summed as (
    select
        provider, stream, account, day, currency,
        sum(provider_rows) as provider_rows,
        sum(warehouse_rows) as warehouse_rows,
        sum(provider_amount) as provider_amount,
        sum(warehouse_amount) as warehouse_amount,
        sum(provider_moved) as provider_moved,
        sum(warehouse_moved) as warehouse_moved,
        sum(provider_fees) as provider_fees,
        sum(warehouse_fees) as warehouse_fees,
        sum(missing) as missing,
        sum(changed) as changed,
        sum(vanished) as vanished,
        sum(unread_rows) as unread_rows
    from entries
    group by 1, 2, 3, 4, 5
),

filled as (
    select
        accounts.period,
        accounts.provider,
        accounts.stream,
        accounts.account,
        days.day,
        summed.currency,
        {%- for name in ["provider_rows", "warehouse_rows"] %}
        coalesce(summed.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        {%- for name in ["amount", "moved", "fees"] %}
        coalesce(summed.provider_{{ name }}, 0) as provider_{{ name }},
        coalesce(summed.warehouse_{{ name }}, 0) as warehouse_{{ name }},
        {%- endfor %}
        {%- for name in ["missing", "changed", "vanished", "unread_rows"] %}
        coalesce(summed.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        accounts.is_read,
        accounts.is_partly_unread,
        accounts.run_id
    from accounts
    cross join days
    left join summed
        on accounts.stream = summed.stream
        and accounts.account = summed.account
        and days.day = summed.day
)

select
    period,
    provider,
    stream,
    account,
    day,
    currency,
    case
        when missing + changed + vanished > 0 then 'differing'
        when not is_read or is_partly_unread or unread_rows > 0 then 'unread'
        when provider_rows + warehouse_rows = 0 then 'quiet'
        else 'agreed'
    end as state,
    cast(case when is_read then provider_rows end as bigint) as provider_rows,
    cast(warehouse_rows as bigint) as warehouse_rows,
    {%- for name, decimals in [("amount", 4), ("moved", 4), ("fees", 6)] %}
    cast(case when is_read then provider_{{ name }} end as numeric(28, {{ decimals }})) as provider_{{ name }},
    cast(warehouse_{{ name }} as numeric(28, {{ decimals }})) as warehouse_{{ name }},
    {%- endfor %}
    cast(missing as bigint) as missing,
    cast(changed as bigint) as changed,
    cast(vanished as bigint) as vanished,
    cast(unread_rows as bigint) as unread_rows,
    run_id
from filled
