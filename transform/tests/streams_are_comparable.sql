{{ config(severity="warn") }}

-- Warns of a stream that cannot be reconciled: Tikpay's payments, where tikpay_columns does not say
-- which column is the id, and which a date.

select * from {{ ref("reconciliation_reads") }} where not is_comparable

-- After all models: `dbt build` leaves out what comes after a test that fails.
-- depends_on: {{ ref("reconciliation_days") }}, {{ ref("reconciliation_rows") }}
