-- One row per payment, refund, payout ... of all providers. The tests hold that the four decimals
-- of `amount` are enough: no currency has more.

{%- set marks = vanished_marks() %}

with stored as (
    {%- for provider in providers() %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ provider }}' as provider,
        account,
        id,
        type,
        status,
        cast(amount as numeric(28, 4)) as amount,
        currency,
        cast(fee as numeric(28, 6)) as fee,
        coalesce(moved, false) as moved,
        unsettled,
        booked_at,
        created_at,
        paid_at,
        settled_at,
        reference,
        parent_id
    from {{ ref(known_providers()[provider].model) }}
    {%- endfor %}
)

select
    stored.*,
    {{ "marks.vanished_at" if marks else instant("null") }} as vanished_at
from stored
{%- if marks %}
left join {{ marks }} as marks
    on stored.provider = marks.provider
    and stored.account = marks.account
    and stored.id = marks.id
    and coalesce(stored.type, '') = marks.type
    and marks.returned_at is null
{%- endif %}
