-- What the audit has read, one row per stream, account and series: whole, or why it is not judged.

{%- set providers = providers() %}
{%- set streams = known_providers() %}
{%- set month = none if has_no_audit() else reconciled_month() %}
{%- set windows = audit_table("sync_windows") %}
{%- if not month and load_relation(this) %}
select * from {{ this }}
{%- else %}
with windows as (
    {%- if month and windows %}
    select
        stream,
        _account as account,
        series,
        {{ instant("window_since") }} as since,
        {{ instant("window_until") }} as until,
        run_id,
        cast(records as bigint) as records,
        {{ instant("closed_at" if "closed_at" in column_names(windows) else "null") }} as closed_at
    from {{ windows }}
    where series not like '%/%' or series like '%/created' or series like 'team/%'
    {%- else %}
    select
        cast(null as varchar) as stream,
        cast(null as varchar) as account,
        cast(null as varchar) as series,
        {{ instant("null") }} as since,
        {{ instant("null") }} as until,
        cast(null as varchar) as run_id,
        cast(null as bigint) as records,
        {{ instant("null") }} as closed_at
    where false
    {%- endif %}
),

-- Where a window begins later than all before it end, something was not read.
ordered as (
    select
        *,
        max(until) over (
            partition by stream, account, series
            order by since, until rows between unbounded preceding and 1 preceding
        ) as reached
    from windows
    {%- if month %}
    where until > {{ month.since }} and since < {{ month.until }}
    {%- endif %}
),

covered as (
    select
        stream,
        account,
        series,
        {%- if month %}
        not bool_or(since > coalesce(reached, {{ month.since }})) and max(until) >= {{ month.until }} as is_whole,
        {%- else %}
        false as is_whole,
        {%- endif %}
        min(since) as since,
        max(until) as until
    from ordered
    group by 1, 2, 3
),

-- The audit of an account as a whole: who read it, when, and how much.
audits as (
    select
        stream,
        account,
        count(distinct run_id) as runs,
        max(run_id) as run_id,
        min(since) as since,
        sum(records) as records,
        min(closed_at) as read_since,
        max(closed_at) as read_until
    from windows
    group by 1, 2
),

loaded as (
    select cast(null as varchar) as stream, cast(null as varchar) as account, cast(null as bigint) as rows_loaded
    where false
    {%- for provider in providers if month and audit_table(streams[provider].stream) %}
    union all
    select {{ literal(streams[provider].stream) }}, _account, count(*)
    from {{ audit_table(streams[provider].stream) }}
    group by 2
    {%- endfor %}
),

-- The series that rows of the month belong to: all, where the account was read without teams. A
-- beGateway row may carry another name than the payment method type that lists it: `is_listed` says
-- that the audit's lists have it.
rows_of_month as (
    select
        pairs.stream,
        pairs.account,
        coalesce(whole.series, pairs.series) as series,
        bool_or(pairs.is_listed) as is_listed,
        sum(case when pairs.is_stored then 1 else 0 end) as warehouse_rows
    from {{ ref("reconciliation_pairs") }} as pairs
    left join covered as whole
        on pairs.stream = whole.stream and pairs.account = whole.account and whole.series = 'all'
    group by 1, 2, 3
),

-- Accounts that have rows in the month or later: they are alive, and must have been read.
alive as (
    select cast(null as varchar) as stream, cast(null as varchar) as account
    where false
    {%- for provider in comparable_providers() %}
    {%- set staging = ref(known_providers()[provider].model) %}
    {%- if month %}
    union all
    select distinct {{ literal(streams[provider].stream) }}, account
    from {{ staging }}
    where booked_at >= {{ month.since }}
    {%- endif %}
    {%- endfor %}
),

series as (
    select stream, account, series from covered
    union
    select stream, account, series from rows_of_month
    union
    select stream, account, 'all'
    from alive
    where not exists (
        select 1 from covered
        where covered.stream = alive.stream and covered.account = alive.account
    )
    and not exists (
        select 1 from rows_of_month
        where rows_of_month.stream = alive.stream and rows_of_month.account = alive.account
    )
),

-- A provider of which neither side has anything has one row, without an account.
expected as (
    {%- for provider in providers %}
    select {{ literal(provider) }} as provider, {{ literal(streams[provider].stream) }} as stream,
        {{ "true" if provider in comparable_providers() else "false" }} as is_comparable
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

found as (
    select
        expected.provider,
        expected.stream,
        expected.is_comparable,
        series.account,
        series.series,
        covered.is_whole,
        covered.series is not null as is_asked,
        covered.since,
        covered.until,
        audits.runs,
        audits.run_id,
        audits.records,
        audits.read_since,
        audits.read_until,
        coalesce(loaded.rows_loaded, 0) as rows_loaded,
        coalesce(rows_of_month.is_listed, false) as is_listed,
        coalesce(rows_of_month.warehouse_rows, 0) as warehouse_rows,
        bool_and(coalesce(covered.is_whole, true)) over (
            partition by expected.stream, series.account
        ) as is_account_whole,
        -- Windows begin at midnight, but for a zone's quarters of an hour at Tikpay.
        case
            when expected.provider = 'tikpay' then extract(hour from audits.since) in (0, 23)
            else cast(audits.since as time) = time '00:00:00'
        end as is_utc
    from expected
    left join series on expected.stream = series.stream
    left join covered
        on series.stream = covered.stream
        and series.account = covered.account
        and series.series = covered.series
    left join audits on series.stream = audits.stream and series.account = audits.account
    left join loaded on series.stream = loaded.stream and series.account = loaded.account
    left join rows_of_month
        on series.stream = rows_of_month.stream
        and series.account = rows_of_month.account
        and series.series = rows_of_month.series
),

reasoned as (
    select
        *,
        case
            when not is_comparable then 'not comparable: tikpay_columns names no id, or no date'
            when runs is null then 'the audit has not read it'
            when runs > 1 then 'the audit schema has more than one audit: empty it, and read again'
            when not is_utc then 'the loader has stored the times of another zone than UTC: load with PGTZ=UTC'
            when is_asked and not is_whole then 'the audit has not read the whole month'
            when not is_asked and not is_account_whole then 'the audit has not read the whole month'
            -- A window that did not close may have left rows, too.
            when is_account_whole and rows_loaded > records
                then 'the audit schema has rows of an earlier audit: empty it, and read again'
            when not is_asked and not is_listed then 'the audit does not ask for it'
        end as reason
    from found
)

select
    cast({{ literal(month.name) if month else "null" }} as varchar) as period,
    provider,
    stream,
    account,
    series,
    reason is null as is_judged,
    is_comparable,
    reason,
    is_asked,
    since,
    until,
    warehouse_rows,
    records as rows_delivered,
    rows_loaded,
    {{ opened_at(month) }} as opened_at,
    read_since,
    read_until,
    run_id
from reasoned
{%- if not month %}
where false
{%- endif %}
{%- endif %}
