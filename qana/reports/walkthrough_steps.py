"""Lists the steps of `python -m qana measure` that belong to the page Convert."""

import json
from pathlib import Path
from typing import Any

from qana.inference.manifest import DEFAULT_MODEL
from qana.inference.model_store import hash_file
from qana.reports.measurement_step import PROJECT, Duration, MeasurementStep, locate_file
from qana.reports.outdated_files import explain_outdated_reports
from qana.walkthrough.stored_results import PAIRS, locate_network, locate_results

RUN = ("python", "-m")


def explain_outdated_walkthrough(step: MeasurementStep) -> str | None:
    """Checks the results that Convert shows at once, and the networks that they name."""
    if reason := explain_outdated_reports(step):
        return reason
    results, *networks = step.files
    document: dict[str, Any] = json.loads(locate_file(results).read_bytes())
    try:
        found = {hash_file(locate_file(network)) for network in networks}
    except OSError as error:
        return f"{Path(error.filename).name} is missing."
    named = set(document.get("networks", {}).values())
    return None if found == named else f"{results} names other networks."


def list_walkthrough_steps() -> tuple[MeasurementStep, ...]:
    """Lists the step that computes what Convert shows, and the one that sends a class there."""
    paths = [locate_results(DEFAULT_MODEL)]
    paths += [locate_network(DEFAULT_MODEL, bits) for bits in PAIRS]
    return (
        MeasurementStep(
            "walkthrough",
            "what the page Convert shows at once, and the network with each pair of bits",
            tuple(path.relative_to(PROJECT).as_posix() for path in paths),
            (DEFAULT_MODEL,),
            (*RUN, "qana", "walkthrough"),
            Duration.MINUTES,
            explain_outdated_walkthrough,
        ),
        MeasurementStep(
            "lesson",
            "a class of 30 on the page Convert",
            ("models/hardening/lesson.json",),
            (DEFAULT_MODEL,),
            (*RUN, "tools.soak.lesson"),
            Duration.MINUTES,
            explain_outdated_reports,
            after=("walkthrough",),
        ),
    )
