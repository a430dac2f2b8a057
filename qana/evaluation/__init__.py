"""Scores, intervals, calibration and report files."""
