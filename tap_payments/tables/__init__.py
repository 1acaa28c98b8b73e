"""From the bytes of a CSV or XML file to rows."""
