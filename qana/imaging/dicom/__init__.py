"""Reads photos in DICOM files."""
