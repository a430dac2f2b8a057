"""Finds the Akida chips of this computer, and says why one that is there cannot be used."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path

import akida

DEVICE_FOLDER = Path("/dev")
NODES = "akida*"
"""Device nodes that BrainChip's PCIe driver makes (github.com/Brainchip-Inc/akida_dw_edma)."""
SILENT = (
    "An Akida board is there but does not answer, so the simulator does: install the driver again "
    "(github.com/Brainchip-Inc/akida_dw_edma), restart the computer, and start QANA again."
)
FORBIDDEN = (
    "An Akida board is there but you may not open {node}, so the simulator answers: copy the "
    "driver's 99-akida-pcie.rules to /etc/udev/rules.d, run `sudo udevadm control --reload-rules "
    "&& sudo udevadm trigger`, and start QANA again."
)
_logger = logging.getLogger(__name__)
_reported: set[str] = set()


@dataclass(frozen=True)
class Chips:
    """The chips that were found.

    Attributes:
        devices: akida.Device of each chip that answers.
        problem: one sentence if there is a board that cannot be used; else None.
    """

    devices: tuple[akida.Device, ...]
    problem: str | None = None


def find_chips() -> Chips:
    """Finds the chips that answer.

    A problem also goes to the log once, which a command shows on stderr.

    Returns:
        The chips, and why a board that is there cannot be used.
    """
    try:
        devices = tuple(akida.devices())
    except (RuntimeError, OSError):
        return _report(SILENT)
    if devices:
        return Chips(devices)
    nodes = sorted(DEVICE_FOLDER.glob(NODES))
    for node in nodes:
        if not os.access(node, os.R_OK | os.W_OK):
            return _report(FORBIDDEN.format(node=node))
    return _report(SILENT) if nodes else Chips(())


def report_problem(problem: str) -> None:
    """Logs why a chip cannot be used, at the first time in this process.

    Args:
        problem: one sentence, of this process or of one that it has started.
    """
    if problem not in _reported:
        _reported.add(problem)
        _logger.warning(problem)


def _report(problem: str) -> Chips:
    """Logs a problem, and returns no chip with it."""
    report_problem(problem)
    return Chips((), problem)
