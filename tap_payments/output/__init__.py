"""Whole lines on stdout, whatever signal comes."""
