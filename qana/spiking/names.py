"""Names that pages and commands share."""

DEFAULT_MODEL = "akida2"
AKIDA2, AKIDA1 = "akida2", "akd1000"
"""Targets in the manifest: chips of the second generation, and of the first."""
