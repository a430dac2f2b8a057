"""Converts quantized Keras networks to Akida and checks the result."""
