"""From photos to a quantized network."""
