-- Fails for each stream, account and series of the reconciled month that the audit has not read from
-- end to end. Nothing is judged there.

select * from {{ ref("reconciliation_reads") }} where not is_judged and is_comparable

-- After all models: `dbt build` leaves out what comes after a test that fails.
-- depends_on: {{ ref("reconciliation_days") }}, {{ ref("reconciliation_rows") }}
