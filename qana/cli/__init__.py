"""The commands of `python -m qana`, one a file, each with `run(options) -> exit code`."""
