"""Makes docs/scale.md, what many photos take, from models/hardening/screening.json.

Command: `python -m qana.reports.scale`.
"""

import sys
from pathlib import Path

import jinja2

from qana.errors import UserError
from qana.reports.markdown import wrap_prose
from qana.reports.measurement_step import PROJECT
from qana.reports.screening_report import ScreeningReport, read_screening

TEMPLATE = "scale.md.jinja"
SCALE = PROJECT / "docs" / "scale.md"
COMMAND = "python -m tools.screen_check --images DIR"
PHOTOS = 500_000
"""As many photos as the ISIC archive has."""
CORES = {"2 cores": 2, "16 cores": 16, "16 computers of 8 cores": 16 * 8}
QUIET_CORES = 0.2
"""Cores that other programs may use while rates are compared."""
TWO = "2 workers"


def make_scale(report: ScreeningReport | None) -> str:
    """Makes the Markdown of docs/scale.md.

    Args:
        report: of `tools.screen_check`; None where nothing is measured.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    values: dict[str, object] = {"report": report, "command": COMMAND}
    if report is not None:
        milliseconds = _get_milliseconds(report)
        loads = [report.loop.other_cores, *(run.other_cores for run in report.runs.values())]
        values |= {
            "networks": ", ".join(f"{name} ({sha[:12]})" for name, sha in report.weights.items()),
            "most_other": max(loads),
            "quiet": max(loads) <= QUIET_CORES,
            "milliseconds": milliseconds,
            "plans": [(name, format_hours(milliseconds, cores)) for name, cores in CORES.items()],
        }
    return wrap_prose(environment.get_template(TEMPLATE).render(values))


def format_hours(milliseconds: float, cores: int) -> str:
    """Formats the hours that all photos take.

    Args:
        milliseconds: processor time of a photo, ms.
        cores: number of cores.
    """
    hours = PHOTOS * milliseconds / 3.6e6 / cores
    return f"{hours:.1f}" if hours < 10 else f"{hours:.0f}"


def _get_milliseconds(report: ScreeningReport) -> float:
    """Gets the processor time of a photo with two workers, else that of the first run."""
    run = report.runs.get(TWO) or next(iter(report.runs.values()))
    return run.processor_ms_per_photo


def main() -> int:
    """Writes docs/scale.md and returns the exit code of the command."""
    try:
        text = make_scale(read_screening())
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    SCALE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
