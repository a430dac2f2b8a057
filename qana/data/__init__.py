"""Readers, splits and augmentation."""
