"""Booth mode: a show that runs by itself, and becomes the app for whoever touches it."""
