{#- When either side was read, and by which run. -#}
{% macro page_reading(facts) -%}
<section>
<h2>When both sides were read</h2>
<table class="stack">
<thead><tr><th>Account</th><th>Series</th><th>Warehouse brought up to date</th><th>Provider read</th><th class="n">Rows read</th></tr></thead>
<tbody>
{%- for row in facts.reads if row.account %}
<tr><td>{{ account_title(row.provider, row.account) }}</td><td data-label="Series">{{ row.series | e }}</td><td data-label="Warehouse">{% if row.opened_at %}{{ shown_instant(row.opened_at) }} to {{ shown_instant(row.read_since) }}{% else %}before {{ shown_instant(row.read_since) }}{% endif %}</td><td data-label="Provider">{{ shown_instant(row.read_since) }} to {{ shown_instant(row.read_until) }}</td><td class="n" data-label="Rows read">{{ whole(row.rows_delivered) }}{% if row.rows_loaded < (row.rows_delivered or 0) %}, loaded {{ whole(row.rows_loaded) }}{% endif %}</td></tr>
{%- endfor %}
</tbody>
</table>
<p class="aside">Times are UTC. Rows read are those of the account, with the days either side of the month. Where fewer were loaded, some came twice, or the loader has lost some.</p>
</section>
{%- endmacro %}

{#- What a signature under this page does not cover. -#}
{% macro page_unclaimed(facts) -%}
<section>
<h2>What is not claimed</h2>
<ul>
<li><strong>The month is closed by booking date</strong>: creation at beGateway, approval at Zimpler, the payment's time at Spacivox and Tikpay, all in UTC. Not by settlement: what is settled later may be of this month, and what was settled in it may be of an earlier one.</li>
<li><strong>Only what the providers list</strong>: a payment that a provider has lost itself, or never listed, is on neither side.</li>
<li><strong>As of the time of reading</strong>: what has changed since is found by the next reconciliation.</li>
<li><strong>Within the settings</strong>: Zimpler's country and site, the payment method types of beGateway and the teams of Spacivox narrow both sides. A setting that was wider when the warehouse was filled makes payments look vanished.</li>
<li><strong>Test transactions</strong> that beGateway leaves out of its report are not here.</li>
{%- for provider in comparable_providers() -%}
    {%- set stream = known_providers()[provider].stream -%}
    {%- set lacking = uncompared_columns(source("tap_payments", stream), audit_table(stream)) %}
    {%- if lacking %}
<li><strong>Columns that only one side has</strong> are not compared: of <code>{{ stream | e }}</code>, {{ lacking | join(", ") | e }}.</li>
    {%- endif %}
{%- endfor %}
{%- if facts.reads | selectattr("provider", "equalto", "tikpay") | list %}
<li><strong>Tikpay allows 20 requests a day</strong>: reconciling twice in a day may spend them, and what is not read then is not judged.</li>
{%- endif %}
</ul>
<p>Between two reconciliations, an ordinary run finds late changes only so far:</p>
<table class="stack">
<thead><tr><th>Provider</th><th>Read again in every run</th><th>What an ordinary run can miss</th></tr></thead>
<tbody>
<tr><td>Zimpler</td><td>1 day, and today</td><td>what appears or changes later than that</td></tr>
<tr><td>beGateway</td><td>7 days of creations, payments, settlements and corrections</td><td>another change, later than 7 days after creation; payment method types that are not configured</td></tr>
<tr><td>Spacivox</td><td>3 days</td><td>what appears, or ends, later than that</td></tr>
<tr><td>Tikpay</td><td>2 days</td><td>what is added to an interval later than that</td></tr>
</tbody>
</table>
<p class="aside">The days are the defaults of <code>lookback_days</code>.</p>
</section>
{%- endmacro %}
