{#- The month as a picture: a row of days for each account. -#}
{% macro page_picture(month) -%}
{%- set days = month_days(month) -%}
{%- set found = run_query(
    "select provider, account, day, max(case state when 'differing' then 4 when 'unread' then 3 when 'agreed' then 2 else 1 end) as worst, "
    ~ "sum(coalesce(provider_rows, 0)) as provider_rows, sum(warehouse_rows) as warehouse_rows, sum(missing + changed + vanished) as differing from "
    ~ ref("reconciliation_days") ~ " group by 1, 2, 3 order by 1, 2, 3"
).rows -%}
{%- set accounts = [] -%}
{%- for row in found if (row.provider, row.account) not in accounts -%}{%- do accounts.append((row.provider, row.account)) -%}{%- endfor -%}
{%- set states = {1: "quiet", 2: "agreed", 3: "unread", 4: "differing"} -%}
<section>
<h2>Day by day</h2>
<p class="legend">
{%- for state, words in [("agreed", "agreed"), ("quiet", "quiet: nothing on either side"), ("differing", "differing"), ("unread", "not read")] %}
<span><svg viewBox="0 0 12 12" class="key">{{ day_cell(state, 0, 0, 12) }}</svg>{{ words }}</span>
{%- endfor %}
</p>
<div class="strips">
{%- for provider, account in accounts %}
<div class="strip">
<h3>{{ account_title(provider, account) }}</h3>
<svg viewBox="0 0 {{ 14 * (days | length) }} 25" role="img" aria-label="{{ account_title(provider, account) }} by days">
{%- for row in found if row.provider == provider and row.account == account %}
{%- set state = states[row.worst | int] %}
<g><title>{{ shown_day(row.day) }}: {{ state }}, {{ counted(row.provider_rows, "payment", "payments") }} at the provider, {{ whole(row.warehouse_rows) }} in the warehouse{{ ", " ~ whole(row.differing) ~ " differing" if row.differing }}</title>
{{- day_cell(state, 14 * loop.index0 + 1, 0, 12) }}</g>
{%- if loop.index0 % 7 == 0 %}<text x="{{ 14 * loop.index0 + 7 }}" y="23">{{ loop.index }}</text>{% endif %}
{%- endfor %}
</svg>
</div>
{%- endfor %}
</div>
</section>
{%- endmacro %}

{#- A day: its state shows by its shape too, for eyes and printers without colours. -#}
{% macro day_cell(state, x, y, size) -%}
<rect class="{{ state }}" x="{{ x + 0.5 }}" y="{{ y + 0.5 }}" width="{{ size - 1 }}" height="{{ size - 1 }}" rx="2"/>
{%- if state == "differing" -%}<path class="mark" d="M{{ x + 3.5 }} {{ y + 3.5 }}l{{ size - 7 }} {{ size - 7 }}m0 {{ 7 - size }}l{{ 7 - size }} {{ size - 7 }}"/>
{%- elif state == "unread" -%}<path class="hatch" d="M{{ x + 1 }} {{ y + size - 4 }}l{{ size - 5 }} {{ 5 - size }}M{{ x + 2 }} {{ y + size - 1 }}l{{ size - 3 }} {{ 3 - size }}M{{ x + 6 }} {{ y + size - 1 }}l{{ size - 7 }} {{ 7 - size }}"/>
{%- endif -%}
{%- endmacro %}
