{#- The verdict in a sentence, and in a second one what stands in its way. -#}
{% macro page_verdict(facts, title) -%}
{%- set wrong = facts.missing + facts.changed -%}
{%- set open = facts.unread | selectattr("is_comparable") | list -%}
<div class="verdict {{ 'bad' if wrong else 'open' if open else 'good' }}" role="status">
<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="11"/>
{%- if wrong %}<path d="M8 8l8 8M16 8l-8 8"/>{% elif open %}<path d="M12 6v8M12 17v1"/>{% else %}<path d="M7 12.5l3.5 3.5L17 9"/>{% endif %}</svg>
<p><strong>
{%- if facts.provider_rows == 0 and open -%}
Nothing of {{ title }} can be judged: the providers were not read.
{%- elif wrong -%}
The warehouse differs from the providers in {{ counted(wrong, "payment", "payments") }} of {{ title }}:
{{ [counted(facts.missing, "is missing", "are missing") if facts.missing else none, counted(facts.changed, "is not as the provider has it", "are not as the provider has them") if facts.changed else none] | select | join(", ") }}.
{%- elif open -%}
What was read of {{ title }} agrees with the warehouse to the last digit, {{ counted(facts.provider_rows, "payment", "payments") }}, but not everything was read.
{%- else -%}
The warehouse agrees with the providers on all {{ counted(facts.provider_rows, "payment", "payments") }} of {{ title }}, to the last digit.
{%- endif -%}
</strong>
{%- if facts.doubled %} {{ counted(facts.doubled, "payment is", "payments are") }} stored several times, and a repair deletes nothing: delete all but one of each.{% endif -%}
{%- if wrong > facts.doubled %} {{ "The others" if facts.doubled else "They" }} can be mended: <code>meltano run repair</code>, then reconcile again.{% endif -%}
{%- if wrong and open %} Besides, not everything was read.{% endif -%}
{%- if facts.vanished %} {{ counted(facts.vanished, "payment that the warehouse has is", "payments that the warehouse has are") }} no longer listed by the provider.{% endif -%}
</p>
</div>
{%- endmacro %}

{#- What is not judged, and why. -#}
{% macro page_unread(facts) -%}
{%- if facts.unread %}
<section>
<h2>Not judged</h2>
<table class="stack">
<thead><tr><th>Account</th><th>Series</th><th>Why</th><th class="n">Payments in the warehouse</th></tr></thead>
<tbody>
{%- for row in facts.unread %}
<tr><td>{{ account_title(row.provider, row.account) }}</td><td data-label="Series">{{ row.series | e if row.series else "&ndash;" }}</td><td>{{ row.reason | e }}</td><td class="n" data-label="Payments in the warehouse">{{ whole(row.warehouse_rows) }}</td></tr>
{%- endfor %}
</tbody>
</table>
</section>
{%- endif %}
{%- endmacro %}
