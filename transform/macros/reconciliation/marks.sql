{#- The table of what has vanished, which `repair` makes and no model writes; none before that. -#}
{% macro vanished_marks() -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {{ return(adapter.get_relation(
        database=target.database, schema=target.schema, identifier="payments_vanished"
    )) }}
{%- endmacro %}

{#- Statements that mark what has vanished and unmark what is listed again. A mark stays as history. -#}
{% macro marks(pairs, reads) -%}
    {%- set table = api.Relation.create(
        database=target.database, schema=target.schema, identifier="payments_vanished"
    ) %}
    create table if not exists {{ table }} (
        provider varchar not null,
        account varchar not null,
        id varchar not null,
        type varchar not null,
        vanished_at timestamp not null,
        returned_at timestamp,
        run_id varchar
    );

    update {{ table }} as marks set returned_at = {{ instant(literal(now_text())) }}
    from {{ pairs }} as pairs
    where marks.returned_at is null
    and pairs.is_listed
    and {{ is_marked_pair() }};

    insert into {{ table }} (provider, account, id, type, vanished_at, run_id)
    select pairs.provider, pairs.account, pairs.id, coalesce(pairs.type, ''),
        coalesce(reads.read_until, {{ instant(literal(now_text())) }}), pairs.run_id
    from {{ pairs }} as pairs
    inner join {{ reads }} as reads on {{ reads_judge_pairs() }}
    where {{ verdict() }} = 'vanished' and pairs.copy_number = 1 and pairs.id is not null
    and not exists (
        select 1 from {{ table }} as marks where marks.returned_at is null and {{ is_marked_pair() }}
    )
{%- endmacro %}

{% macro is_marked_pair() -%}
    marks.provider = pairs.provider
    and marks.account = pairs.account
    and marks.id = pairs.id
    and marks.type = coalesce(pairs.type, '')
{%- endmacro %}

{#- When this run of dbt began, UTC. -#}
{% macro now_text() -%}
    {{ return(run_started_at.strftime("%Y-%m-%d %H:%M:%S")) }}
{%- endmacro %}
