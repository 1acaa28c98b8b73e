"""Singer tap for payment providers."""
