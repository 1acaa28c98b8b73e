{#- How many rows a list on the page has at most. -#}
{% macro listed_at_most() -%}{{ return(200) }}{%- endmacro %}

{#- The rows of a verdict, the oldest first. -#}
{% macro rows_with(verdicts) -%}
    {{ return(run_query(
        "select rows.provider, rows.account, rows.key, rows.day, rows.verdict, rows.columns, rows.provider_amount, rows.warehouse_amount, "
        ~ "rows.provider_currency, rows.warehouse_currency, coalesce(ours.exponent, 2) as ours, coalesce(theirs.exponent, 2) as theirs from "
        ~ ref("reconciliation_rows") ~ " as rows left join " ~ ref("iso_4217") ~ " as theirs on rows.provider_currency = theirs.currency left join "
        ~ ref("iso_4217") ~ " as ours on rows.warehouse_currency = ours.currency where rows.verdict in ('" ~ verdicts | join("', '")
        ~ "') order by rows.day, rows.provider, rows.account, rows.key limit " ~ listed_at_most()
    ).rows) }}
{%- endmacro %}

{% macro page_differences(facts) -%}
{%- if facts.missing + facts.changed %}
<section>
<h2>What differs</h2>
<table class="stack">
<thead><tr><th>Day</th><th>Account</th><th>Payment</th><th>What</th><th class="n">Provider</th><th class="n">Warehouse</th></tr></thead>
<tbody>
{%- for row in rows_with(["missing", "changed"]) %}
<tr><td class="day">{{ shown_day(row.day) }}</td><td>{{ account_title(row.provider, row.account) }}</td><td class="id">{{ row.key | string | e }}</td><td>{% if row.verdict == "missing" %}missing{% else %}changed: {{ row.columns | e }}{% endif %}</td><td class="n" data-label="Provider">{{ money(row.provider_amount, row.theirs | int) }} {{ row.provider_currency or "" }}</td><td class="n" data-label="Warehouse">{{ money(row.warehouse_amount, row.ours | int) }} {{ row.warehouse_currency or "" }}</td></tr>
{%- endfor %}
</tbody>
</table>
{{ page_more(facts.missing + facts.changed) }}
</section>
{%- endif %}
{%- endmacro %}

{#- What the provider no longer lists, and since when. -#}
{% macro page_vanished(facts) -%}
{%- if facts.vanished %}
{%- set marks = vanished_marks() -%}
{%- set since = {} -%}
{%- if marks -%}
    {%- for mark in run_query("select provider, account, case when provider = 'zimpler' then id || ' ' || type else id end as key, vanished_at from " ~ marks ~ " where returned_at is null").rows -%}
        {%- do since.update({(mark.provider, mark.account, mark.key): mark.vanished_at}) -%}
    {%- endfor -%}
{%- endif %}
<section>
<h2>What vanished</h2>
<p>The warehouse has these payments, and the provider no longer lists them. Nothing is deleted; <code>payments.vanished_at</code> marks them once they are repaired, and unmarks one that comes back.</p>
<table class="stack">
<thead><tr><th>Day</th><th>Account</th><th>Payment</th><th>Since</th><th class="n">Amount</th></tr></thead>
<tbody>
{%- for row in rows_with(["vanished"]) %}
<tr><td class="day">{{ shown_day(row.day) }}</td><td>{{ account_title(row.provider, row.account) }}</td><td class="id">{{ row.key | string | e if row.key is not none else "without an id" }}</td><td>{% if (row.provider, row.account, row.key) in since %}since {{ shown_instant(since[(row.provider, row.account, row.key)]) }}{% else %}first seen in this run{% endif %}</td><td class="n" data-label="Amount">{{ money(row.warehouse_amount, row.ours | int) }} {{ row.warehouse_currency or "" }}</td></tr>
{%- endfor %}
</tbody>
</table>
{{ page_more(facts.vanished) }}
</section>
{%- endif %}
{%- endmacro %}

{% macro page_more(number) -%}
{%- if number > listed_at_most() -%}
<p>These are the first {{ listed_at_most() }} of {{ whole(number) }}. All of them: <code>select * from reconciliation_rows</code></p>
{%- endif -%}
{%- endmacro %}
