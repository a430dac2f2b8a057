"""QANA: a quantization-aware network for skin lesions that runs as spikes on Akida."""

from qana.resources import VERSION as __version__  # noqa: F401
