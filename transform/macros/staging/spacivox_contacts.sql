{#- Spacivox's calls that an agent took; no rows where the stream was never loaded. -#}
{% macro spacivox_calls() %}
select
    _account as account,
    id,
    job,
    agent,
    {{ instant("timestamp") }} as called_at,
    {{ instant("timestamp") }}
        + cast(coalesce(wait_duration, 0) + coalesce(talk_duration, 0) as bigint) * interval '1 second' as ended_at
from {{ stream_or_none("spacivox_call_records", {
    "_account": "varchar", "id": "bigint", "job": "bigint", "agent": "bigint", "timestamp": "timestamp",
    "wait_duration": "bigint", "talk_duration": "bigint",
}) }} as calls
where agent is not null
{% endmacro %}

{#- Spacivox's jobs without what is personal in them; no rows where the stream was never loaded. -#}
{% macro spacivox_contacts() %}
select
    _account as account,
    id,
    label,
    case state
        when 0 then 'queued' when 1 then 'calling' when 2 then 'succeeded' when 3 then 'failed' when 4 then 'cancelled'
    end as status,
    {{ decimal("value") }} as value,
    {{ instant("created_at") }} as created_at
from {{ stream_or_none("spacivox_jobs", {
    "_account": "varchar", "id": "bigint", "label": "varchar", "state": "bigint", "value": "varchar",
    "created_at": "timestamp",
}) }} as jobs
{% endmacro %}

{#- A stream's table; one with these columns and no rows where the stream was never loaded. -#}
{% macro stream_or_none(name, columns) -%}
    {%- set table = source("tap_payments", name) -%}
    {%- if not execute or load_relation(table) is not none -%}{{ return(table) }}{%- endif -%}
    (select {% for column, type in columns.items() -%}
        cast(null as {{ type }}) as {{ adapter.quote(column) }}{{ ", " if not loop.last }}
    {%- endfor %} where false)
{%- endmacro %}
