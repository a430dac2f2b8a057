"""Runs the command line: `python -m qana COMMAND` is `qana COMMAND`."""

import sys

from qana.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
