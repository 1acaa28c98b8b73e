"""Reads what streams plan, writes it and commits it; a failure ends one partition."""
