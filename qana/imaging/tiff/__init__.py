"""Reads the forms of TIFF that Pillow does not read, or reads wrongly."""
