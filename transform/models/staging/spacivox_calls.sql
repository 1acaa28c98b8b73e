{{ config(enabled=is_synced("spacivox")) }}

{{ spacivox_calls() }}
