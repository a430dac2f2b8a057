"""Computes what the chapters of the page Convert display.

A module `NAME_job` uses TensorFlow, so it runs in the background worker. The values that it returns
are in the module `NAME`, which is light enough for a page.
"""
