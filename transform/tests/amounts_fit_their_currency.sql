-- No amount has more decimals than its currency, so `payments` has rounded none. Where a provider
-- does not say the currency, four is the most that any currency has.

with amounts as (
    {%- for provider in providers() %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select '{{ provider }}' as provider, account, id, type, amount, currency from {{ ref(known_providers()[provider].model) }}
    {%- endfor %}
)

select amounts.*
from amounts
left join {{ ref("iso_4217") }} as iso_4217 on amounts.currency = iso_4217.currency
where amounts.amount % coalesce(minor_unit, 0.0001) <> 0
