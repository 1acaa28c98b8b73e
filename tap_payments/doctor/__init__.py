"""Finds out, against a live account, what the vendor's documents leave open, and records it."""
