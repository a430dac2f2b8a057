"""Runs the comparisons behind the design choices. One command makes each table again."""
