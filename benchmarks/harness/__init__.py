"""The harness: the server, the contestants, what is measured, and what is written."""
