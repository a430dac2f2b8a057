"""The handout: one page of A4 that a class holds in hand, every number computed or read."""
