"""Classifies many photos into a table: locally with several processes, or on a Ray cluster."""
