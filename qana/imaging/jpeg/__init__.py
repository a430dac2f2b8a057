"""Checks that JPEG files are whole, and mends what does no harm to the picture."""
