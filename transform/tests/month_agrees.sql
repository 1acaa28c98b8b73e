-- Fails for each row of the reconciled month that is missing in the warehouse, or that differs from
-- what the provider lists. What has vanished there is marked, and no failure.

select * from {{ ref("reconciliation_rows") }} where verdict in ('missing', 'changed')

-- After all models: `dbt build` leaves out what comes after a test that fails.
-- depends_on: {{ ref("reconciliation_days") }}, {{ ref("reconciliation_rows") }}
