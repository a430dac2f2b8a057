"""Runs the command line: `python -m qana COMMAND` is `qana COMMAND`."""

import sys


def run() -> int:
    """Runs the command line; Ctrl+C while it loads ends it without a traceback.

    Returns:
        The exit code, see `qana.cli.main`.
    """
    try:
        from qana.cli.main import main

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130


if __name__ == "__main__":
    sys.exit(run())
