{{ config(enabled=is_synced("zimpler")) }}

-- Fails for an account and currency whose opening balance is known and whose transactions do not
-- lead from it to Zimpler's balance.

select * from {{ ref("zimpler_balances") }} where difference <> 0
