"""What there is to read, and how; reads nothing by itself."""
