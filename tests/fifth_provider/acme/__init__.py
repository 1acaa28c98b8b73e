"""Acme, a provider that does not exist: the example of docs/adding-a-provider.md."""
