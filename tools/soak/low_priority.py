"""Lets the browsers of a load test run in the time that the server leaves.

A visitor's browser runs on another computer. On the computer of the load test, browsers draw in
software and would take the server's processor time.
"""

import ctypes
import os
import time
from contextlib import suppress
from pathlib import Path

import psutil

LOWEST = 19
"""The lowest priority, a nice value."""
PAUSE = 0.2
"""Time between two groups, seconds. From others than root, Linux takes one every 0.1 s."""
PR_CAPBSET_DROP, CAP_SYS_NICE = 24, 23
"""From the headers of Linux, prctl.h and capability.h."""


def lower_priority() -> None:
    """Lowers the priority of the calling thread and of each process that it starts from now on.

    As root, Chromium would raise its priority above the server's, so its processes lose the right
    to do so.
    """
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_NICE, 0, 0, 0)  # fails unless root: no harm
    os.setpriority(os.PRIO_PROCESS, 0, LOWEST)


def lower_browsers() -> None:
    """Lowers the priority of the browsers of this process as groups.

    Linux shares time among groups first, and Playwright starts each browser in a group of its own;
    see `sched_autogroup_enabled` in sched(7).
    """
    own, groups = os.getsid(0), set[int]()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess, ProcessLookupError):  # it has just ended
            if "chrom" in process.name():
                groups.add(os.getsid(process.pid))
    for leader in groups - {own}:
        group = Path(f"/proc/{leader}/autogroup")
        if group.exists():
            group.write_text(str(LOWEST))
            time.sleep(PAUSE)
