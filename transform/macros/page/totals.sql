{#- Both sides per provider, account and currency, to the last digit. -#}
{% macro page_totals() -%}
{%- set columns = [] -%}
{%- for name in ["rows", "amount", "moved", "fees"] -%}
    {%- do columns.append("sum(days.provider_" ~ name ~ ") as provider_" ~ name ~ ", sum(days.warehouse_" ~ name ~ ") as warehouse_" ~ name) -%}
{%- endfor -%}
{%- set found = run_query(
    "select days.provider, days.account, days.currency, max(coalesce(iso.exponent, 2)) as exponent, sum(days.unread_rows) as unread_rows, " ~ columns | join(", ")
    ~ " from " ~ ref("reconciliation_days") ~ " as days left join " ~ ref("iso_4217") ~ " as iso on days.currency = iso.currency "
    ~ "group by 1, 2, 3 having sum(coalesce(days.provider_rows, 0) + days.warehouse_rows) > 0 order by 1, 2, 3"
).rows -%}
<section>
<h2>Totals</h2>
<p>The difference is the warehouse less the provider. What goes out is negative. <em>Payments</em> counts all that is listed, refunds and failed ones too; <em>Amount</em> is the sum of them. <em>Moved</em> is the sum of those whose money has moved, without failed, open and test ones. Fees are costs.</p>
<table class="totals">
<thead><tr><th></th><th class="n">Provider</th><th class="n">Warehouse</th><th class="n">Difference</th></tr></thead>
{%- for row in found %}
<tbody>
<tr><th colspan="4">{{ account_title(row.provider, row.account) }} <span>{{ (row.currency | e) if row.currency else "without a currency" }}</span></th></tr>
{{ total_line("Payments", row.provider_rows, row.warehouse_rows, 0) }}
{{ total_line("Amount", row.provider_amount, row.warehouse_amount, row.exponent | int) }}
{{ total_line("Moved", row.provider_moved, row.warehouse_moved, row.exponent | int) }}
{{ total_line("Fees", row.provider_fees, row.warehouse_fees, row.exponent | int) if says_fees(row.provider) }}
{%- if row.unread_rows %}<tr><td colspan="4" class="aside">{{ counted(row.unread_rows | int, "payment of the warehouse was", "payments of the warehouse were") }} held against nothing, since it was not read.</td></tr>{% endif %}
</tbody>
{%- endfor %}
</table>
</section>
{%- endmacro %}

{#- Whether a provider says what a payment cost. -#}
{% macro says_fees(provider) -%}
    {{ return(provider in ["begateway", "zimpler"] or (provider == "tikpay" and var("tikpay_columns").get("fee"))) }}
{%- endmacro %}

{% macro total_line(name, provider, warehouse, exponent) -%}
{%- set difference = warehouse - provider if provider is not none else none -%}
<tr{{ ' class="off"' if difference }}><td>{{ name }}</td><td class="n">{{ money(provider, exponent) }}</td><td class="n">{{ money(warehouse, exponent) }}</td><td class="n">{{ money(difference, exponent, sign=true) }}</td></tr>
{%- endmacro %}
