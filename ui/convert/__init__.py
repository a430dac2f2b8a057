"""Chapters of the page Convert, one file each; see `ui.convert.chapter.Chapter`."""
