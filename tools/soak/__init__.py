"""Tests the app under load and under faults: a real server, and clients that act as browsers do.

`python -m tools.soak` runs the load and the memory test, `python -m tools.soak.faults` the faults,
`python -m tools.soak.booth` a day of the booth.
"""
