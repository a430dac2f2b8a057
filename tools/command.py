"""Runs the main function of a tool, and tells its errors in a sentence."""

import sys
from collections.abc import Callable

from qana.errors import UserError


def run_command(main: Callable[[], int]) -> int:
    """Runs a tool.

    Args:
        main: returns the exit code.

    Returns:
        The exit code: 2 after an error that the user can mend, such as a folder of networks whose
        signature does not hold; 130 after Ctrl+C.
    """
    try:
        return main()
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
