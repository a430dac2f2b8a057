"""Measures latency and energy of one network on every runtime, and models what was not measured."""
