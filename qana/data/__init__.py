"""Reads data sets and labelled folders, splits and augments them, and loads the samples."""
