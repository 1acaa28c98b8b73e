{{ config(severity="warn") }}

-- Warns of a stream that cannot be reconciled: Tikpay's payments, where tikpay_columns does not say
-- which column is the id, and which a date.

select * from {{ ref("reconciliation_reads") }} where not is_comparable
