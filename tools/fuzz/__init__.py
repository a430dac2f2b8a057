"""Fuzzing of every way in: inputs made by mutation, each judged by what it may cost and leave."""
