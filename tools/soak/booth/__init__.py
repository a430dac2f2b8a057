"""Runs a day at a booth: the show for hours in a real browser, and visitors who come and go.

The clock of the show runs faster. Nothing else of the app changes.
"""
