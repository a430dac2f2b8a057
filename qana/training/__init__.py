"""Turns photos into a trained and quantized network."""

from collections.abc import Callable

ProgressCallback = Callable[[str], None]
"""Receives one line of text each time a step of a run starts or ends."""
