"""Explanations: maps of what a prediction is based on, and tests of how faithful they are."""
