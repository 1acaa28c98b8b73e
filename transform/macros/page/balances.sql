{#- Zimpler's account in the month: opening balance, movements, closing balance. -#}
{% macro page_balances(month) -%}
{%- set table = load_relation(ref("zimpler_months")) if is_synced("zimpler") else none -%}
{%- if table %}
{%- set found = run_query(
    "select months.account, months.currency, months.opening_balance, months.received, months.paid_out, months.fees, months.closing_balance, months.observed_at, months.difference, coalesce(iso.exponent, 2) as exponent from "
    ~ table ~ " as months left join " ~ ref("iso_4217") ~ " as iso on months.currency = iso.currency where months.month = date '" ~ month ~ "-01' order by 1, 2"
).rows -%}
{%- if found %}
<section>
<h2>Zimpler's balance</h2>
<table class="totals">
{%- for row in found %}
{%- set exponent = row.exponent | int %}
<tbody>
<tr><th colspan="2">{{ account_title("zimpler", row.account) }} <span>{{ row.currency | e }}</span></th></tr>
{%- for name, value in [("Opening balance", row.opening_balance), ("Received", row.received), ("Paid out", row.paid_out), ("Fees", -row.fees), ("Closing balance", row.closing_balance)] %}
<tr><td>{{ name }}</td><td class="n">{{ money(value, exponent) }}</td></tr>
{%- endfor %}
<tr><td colspan="2" class="aside">Reckoned back from Zimpler's own balance of {{ shown_instant(row.observed_at) }}.
{%- if row.difference is none %} Whether nothing is missing before is not known: <code>zimpler_opening_balances</code> does not say where it began.
{%- elif row.difference == 0 %} From the opening balance that you gave, all transactions lead to it, to the last digit.
{%- else %} From the opening balance that you gave, all transactions lead to another one, by {{ money(row.difference, exponent, sign=true) }}: one is missing or doubled.{% endif %}</td></tr>
</tbody>
{%- endfor %}
</table>
</section>
{%- endif %}
{%- endif %}
{%- endmacro %}
