"""The tap that singer-sdk's template would give for the same APIs."""
