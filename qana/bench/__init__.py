"""Latency and energy of every runtime, measured where they can be and said to be unknown else."""
