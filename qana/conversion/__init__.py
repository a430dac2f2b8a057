"""Converts a quantized Keras network to Akida, with every check."""
