"""One configured account: its settings and their checks, its client, its secrets."""
