"""The report of one scan: a page to keep, whole in one file, made in memory."""

from qana.scan_report.write import scan_report

__all__ = ["scan_report"]
