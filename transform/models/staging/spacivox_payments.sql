{{ config(enabled=is_synced("spacivox")) }}

{{ spacivox_payments(source("tap_payments", "spacivox_payment_transactions")) }}
