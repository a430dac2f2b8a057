"""The app under load and under faults, from outside: a real server, clients that speak as browsers.

`python -m tools.soak` is the load, `python -m tools.soak.faults` the faults and the privacy.
"""
