{#- One provider's rows of a month, each key with what either side has of it.

The provider's side is what the audit read: the month and a day either side. It is held against the
whole warehouse, since a row's date may have moved; only a row that the month should have, and the
provider does not list, is `vanished`. A row that the warehouse has several times, as a loader without
keys may leave it, is that many pairs, and differs: the provider's side is in the first alone. -#}
{% macro compared_payments(provider, warehouse, month) -%}
select
    period, run_id, provider, stream, account, id, type, series, is_listed, is_stored,
    case when copy_number = 1 then provider_day end as provider_day,
    warehouse_day,
    provider_currency, warehouse_currency,
    provider_amount, warehouse_amount,
    provider_moved, warehouse_moved,
    provider_fee, warehouse_fee,
    case when copies > 1 and is_listed then concat_ws(', ', 'stored ' || cast(copies as varchar) || ' times', columns)
        else columns end as columns,
    fingerprint, copy_number, copies
from (
    select
        *,
        row_number() over (partition by account, id, type, is_listed, is_stored order by columns, fingerprint) as copy_number,
        count(*) over (partition by account, id, type, is_listed, is_stored) as copies
    from (
        {{ paired_payments(provider, warehouse, month) }}
    ) as paired
) as counted
{%- endmacro %}

{#- The pairs themselves: of a row that the warehouse has twice, two. -#}
{% macro paired_payments(provider, warehouse, month) -%}
    {%- set known = known_providers()[provider] -%}
    {%- set audit = audit_table_or_none(known.stream, warehouse) -%}
    {%- set columns = compared_columns(warehouse, audit, known.columns) -%}
    {%- set types = column_types(warehouse) -%}
    {%- set audit_types = column_types(audit) if audit is not string else types %}
select
    {{ literal(month.name) }} as period,
    {{ literal(audit_run_id()) }} as run_id,
    {{ literal(provider) }} as provider,
    {{ literal(known.stream) }} as stream,
    coalesce(p.account, w.account) as account,
    coalesce(p.id, w.id) as id,
    coalesce(p.type, w.type) as type,
    coalesce(p.series, w.series) as series,
    p.account is not null as is_listed,
    w.account is not null as is_stored,
    case when p.booked_at >= {{ month.since }} and p.booked_at < {{ month.until }} then cast(p.booked_at as date) end as provider_day,
    case when w.booked_at >= {{ month.since }} and w.booked_at < {{ month.until }} then cast(w.booked_at as date) end as warehouse_day,
    p.currency as provider_currency,
    w.currency as warehouse_currency,
    p.amount as provider_amount,
    w.amount as warehouse_amount,
    case when p.moved then p.amount else 0 end as provider_moved,
    case when w.moved then w.amount else 0 end as warehouse_moved,
    p.fee as provider_fee,
    w.fee as warehouse_fee,
    case when p.account is not null and w.account is not null then
        {{ differing_columns(columns, types, audit_types) }}
    end as columns,
    case when w.account is not null then {{ fingerprint("w", columns, "raw_") }} end as fingerprint
from ({{ staged(provider, audit, columns) }}) as p
full outer join ({{ staged(provider, rows_that_matter(known, warehouse, audit, month), columns) }}) as w
    on p.account = w.account and p.id = w.id
    {%- if provider == "zimpler" %} and p.type = w.type{% endif %}
where (p.booked_at >= {{ month.since }} and p.booked_at < {{ month.until }})
    or (w.booked_at >= {{ month.since }} and w.booked_at < {{ month.until }})
{%- endmacro %}

{#- The warehouse's rows of the month, and those that the audit lists whatever their date there.

All the other months go no further, which is most of the time. Of Tikpay the newest version decides,
so that all versions have to be looked at. -#}
{% macro rows_that_matter(known, warehouse, audit, month) -%}
    {%- if not known.booked -%}{{ return(warehouse) }}{%- endif -%}
    {%- set booked = "stored." ~ adapter.quote(known.booked) -%}
    {%- set keys = ["_account"] + known.columns -%}
    {%- set same = [] -%}
    {%- for key in keys -%}{%- do same.append("listed." ~ key ~ " = stored." ~ key) -%}{%- endfor -%}
    {{ return(
        "(select * from " ~ warehouse ~ " as stored where ("
        ~ instant(booked) ~ " >= " ~ month.since ~ " and " ~ instant(booked) ~ " < " ~ month.until
        ~ ") or exists (select 1 from " ~ audit ~ " as listed where " ~ same | join(" and ") ~ "))"
    ) }}
{%- endmacro %}

{#- The names of the columns in which p and w differ, sorted; null where in none. -#}
{% macro differing_columns(columns, types, audit_types) -%}
    nullif(concat_ws(', '
    {%- for name in columns -%}
        {%- set raw = adapter.quote("raw_" ~ name) -%}
        {%- set kinds = [types[name], audit_types.get(name, types[name])] %}
        , case when {{ differs("p." ~ raw, "w." ~ raw, name, kinds) }} then {{ literal(name) }} end
    {%- endfor %}
    ), '')
{%- endmacro %}

{#- Whether two values differ, of a column of these types on either side.

A table that an older version of the tap or the loader made may have another type than the audit's:
numbers are then compared as numbers, instants as instants, all else as texts. `_extra` is JSON, whatever its type. -#}
{% macro differs(p, w, name, kinds) -%}
    {%- if name == "_extra" or "json" in kinds[0] or "json" in kinds[1] -%}
        {{ json_differs(p, w) }}
    {%- elif kinds[0] == kinds[1] -%}
        {{ p }} is distinct from {{ w }}
    {%- elif kinds | select("in", ["numeric", "decimal", "double precision", "double", "bigint", "integer", "hugeint"]) | list -%}
        {{ decimal(p) }} is distinct from {{ decimal(w) }}
    {%- elif "timestamp" in kinds | join or "date" in kinds -%}
        {{ instant(p) }} is distinct from {{ instant(w) }}
    {%- else -%}
        cast({{ p }} as varchar) is distinct from cast({{ w }} as varchar)
    {%- endif -%}
{%- endmacro %}

{#- What a row's compared columns hold, as 32 letters: whether it is still the one that was compared. -#}
{% macro fingerprint(alias, columns, prefix="") -%}
    md5(cast(row(
        {%- for name in columns -%}
        {{ alias }}.{{ adapter.quote(prefix ~ name) }}{{ ", " if not loop.last }}
        {%- endfor -%}
    ) as varchar))
{%- endmacro %}

{#- The types of a table's columns by their names, in small letters and without their sizes. -#}
{% macro column_types(relation) -%}
    {%- set types = {} -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do types.update({column.name: column.dtype.split("(")[0] | lower}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}

{#- What is wrong with a pair; null where nothing is. -#}
{% macro verdict() -%}
    case
        when not pairs.is_stored then 'missing'
        when not pairs.is_listed then 'vanished'
        when pairs.columns is not null then 'changed'
    end
{%- endmacro %}

{#- The pairs that can be judged, each with the reading that covers it. -#}
{% macro reads_judge_pairs() -%}
    reads.stream = pairs.stream
    and reads.account = pairs.account
    and reads.series in (pairs.series, 'all')
    and reads.is_judged
{%- endmacro %}
