{#- These columns together identify a row, and none of them is null. -#}
{% test unique_together(model, columns) %}
select {{ columns | join(", ") }}, count(*) as rows_found
from {{ model }}
group by {{ columns | join(", ") }}
having count(*) > 1
{%- for column in columns %} or count({{ column }}) = 0{% endfor %}
{% endtest %}
