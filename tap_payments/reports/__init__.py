"""Report jobs under a quota; knows no vendor and no HTTP."""
