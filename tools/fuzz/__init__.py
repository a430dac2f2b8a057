"""Fuzzes every entry point of the project with mutated inputs."""
