"""QANA: a quantization-aware network for skin lesions that runs as spikes on Akida."""

__version__ = "0.1.0"
