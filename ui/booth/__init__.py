"""Booth mode: a show that runs by itself and hands the app to whoever touches it."""
