-- Fails for each stream, account and series of the reconciled month that the audit has not read from
-- end to end. Nothing is judged there.

select * from {{ ref("reconciliation_reads") }} where not is_judged and is_comparable
