{{ config(enabled=is_synced("zimpler")) }}

{{ zimpler_payments(source("tap_payments", "zimpler_transactions")) }}
