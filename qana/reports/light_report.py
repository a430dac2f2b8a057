"""Describes and reads models/light.json: what the light installation needs.

`tools/light_install.py` writes it.
"""

from pathlib import Path

import msgspec

from qana.evaluation.report_files import read_report_if_present
from qana.reports.recorded_weights import Weights


class LightReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the light installation needs.

    Attributes:
        command: the command that measured it.
        machine: the machine.
        install_s: seconds to install.
        disk_mb: disk space after the installation.
        disk_after_visit_mb: the same with the files that Python has compiled when every page has
            been opened. None in a report from before it was measured.
        pages_s: seconds to open every page.
        memory_mb: memory after that.
        weights: the networks that were deployed.
    """

    command: str
    machine: str
    install_s: float
    disk_mb: int
    pages_s: float
    memory_mb: int
    weights: Weights | None = None
    disk_after_visit_mb: int | None = None


def read_light(folder: Path | None = None) -> LightReport | None:
    """Reads the report on the light installation; returns None where it does not exist.

    Args:
        folder: models folder; the project's by default.

    Raises:
        ReportError: the report is damaged.
    """
    return read_report_if_present("light.json", LightReport, folder)
