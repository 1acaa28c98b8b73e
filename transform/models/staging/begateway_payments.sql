{{ config(enabled=is_synced("begateway")) }}

{{ begateway_payments(source("tap_payments", "begateway_transactions")) }}
