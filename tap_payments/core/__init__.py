"""What every provider shares: it knows Singer, and no provider."""
