{#- Whether two JSON values differ. The order of an object's members is none of their business: the tap,
and another version of it, may write the same row in another. The order of an array's is. -#}
{% macro json_differs(p, w) -%}
    {{ return(adapter.dispatch("json_differs", "tap_payments")(p, w)) }}
{%- endmacro %}

{% macro postgres__json_differs(p, w) -%}
    {{ return("cast(" ~ p ~ " as jsonb) is distinct from cast(" ~ w ~ " as jsonb)") }}
{%- endmacro %}

{#- DuckDB compares texts, and its json_contains takes [1, 1] for [1]. Four levels are more than the
providers document; each more takes DuckDB three times as long to plan. -#}
{% macro default__json_differs(p, w) -%}
    {%- set members = [] -%}
    {%- for side in [p, w] -%}
        {%- do members.append(json_in_order("cast(" ~ side ~ " as json)", 4)) -%}
    {%- endfor -%}
    {{ return(
        "(case when cast(" ~ p ~ " as varchar) is distinct from cast(" ~ w ~ " as varchar) then "
        ~ members | join(" is distinct from ") ~ " else false end)"
    ) }}
{%- endmacro %}

{#- One spelling for JSON on DuckDB, down to a depth; below it, its text.

`[... for v in [value]][1]` gives a value a name, which it is asked for several times. -#}
{% macro json_in_order(value, depth) -%}
    {%- if depth == 0 -%}{{ return("cast(" ~ value ~ " as varchar)") }}{%- endif -%}
    {%- set v, k, i = "v" ~ depth, "k" ~ depth, "i" ~ depth -%}
    {%- set member = "json_extract(" ~ v ~ ", '/' || replace(replace(" ~ k ~ ", '~', '~0'), '/', '~1'))" -%}
    {{ return(
        "[case when json_type(" ~ v ~ ") in ('OBJECT', 'ARRAY') then json_type(" ~ v ~ ") || '(' || coalesce(array_to_string("
        ~ "[cast(to_json(" ~ k ~ ") as varchar) || ':' || " ~ json_in_order(member, depth - 1) ~ " for " ~ k ~ " in "
        ~ "(case json_type(" ~ v ~ ") when 'OBJECT' then list_sort(json_keys(" ~ v ~ ")) "
        ~ "else [cast(" ~ i ~ " as varchar) for " ~ i ~ " in range(cast(json_array_length(" ~ v ~ ") as bigint))] end)], ','), '') || ')' "
        ~ "else cast(" ~ v ~ " as varchar) end for " ~ v ~ " in [" ~ value ~ "]][1]"
    ) }}
{%- endmacro %}
