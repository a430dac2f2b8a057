"""Runs a program on a computer with a board that cannot be used, without one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = (
    "mount -t tmpfs none /dev && mknod /dev/null c 1 3 && mknod /dev/zero c 1 5 "
    "&& mknod /dev/urandom c 1 9 && mknod /dev/random c 1 8 && chmod 666 /dev/* "
    '&& printf x > /dev/$0 && chmod $1 /dev/$0; shift; exec "$@"'
)
"""Runs a command with a /dev of its own that has one more node. The real /dev is not touched."""
needs_own_nodes = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("setpriv"),
    reason="only root can make a /dev of its own",
)


def run_with_node(node: str, mode: str, *command: object) -> "subprocess.CompletedProcess[str]":
    """Runs a command with a plain file as /dev/NODE, which answers nothing."""
    return subprocess.run(
        ["unshare", "-m", "bash", "-c", SCRIPT, node, mode, *map(str, command)],
        capture_output=True,
        check=False,
        text=True,
        cwd=ROOT,
        timeout=120,
    )
