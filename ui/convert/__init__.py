"""Chapters of the page Convert, a file each: TITLE, IDEA (three sentences) and `show`."""
