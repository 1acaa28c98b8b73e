"""Backfills across machines: a plan cut into shards, one process per shard, one state at the end."""
