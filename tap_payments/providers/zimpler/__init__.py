"""Zimpler: pay-ins, pay-outs and balances. https://zimpler.github.io/v4-api/reporting/."""
