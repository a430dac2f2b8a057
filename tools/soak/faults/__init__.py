"""Faults, privacy and limits on a real server, each a function that gives its findings.

A finding is a sentence of what must hold, and whether it did.
"""

Findings = dict[str, bool]
