"""Checks `qana screen` on many photos: equal tables, kills, memory, bad files, and rates."""
