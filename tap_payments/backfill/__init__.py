"""Backfills across machines: a plan, a process for each of its shards, and one state."""
