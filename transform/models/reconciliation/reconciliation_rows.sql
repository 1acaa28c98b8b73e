-- One row per key that differs between the provider and the warehouse, where that can be judged.

select
    pairs.period,
    pairs.provider,
    pairs.stream,
    pairs.account,
    case when pairs.provider = 'zimpler' then pairs.id || ' ' || pairs.type else pairs.id end as key,
    coalesce(pairs.provider_day, pairs.warehouse_day) as day,
    {{ verdict() }} as verdict,
    pairs.columns,
    cast(pairs.provider_amount as numeric(28, 4)) as provider_amount,
    cast(pairs.warehouse_amount as numeric(28, 4)) as warehouse_amount,
    pairs.provider_currency,
    pairs.warehouse_currency,
    pairs.run_id
from {{ ref("reconciliation_pairs") }} as pairs
inner join {{ ref("reconciliation_reads") }} as reads
    on {{ reads_judge_pairs() }}
where {{ verdict() }} is not null and pairs.copy_number = 1
