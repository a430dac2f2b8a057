"""The targets of the check on many photos."""

from typing import Any

MAX_GROWTH = 0.10
"""Growth of the parent's memory from the first quarter of a run to the last one, as a share."""
MIN_SPEEDUP = 1.7
"""Rate of two workers against a loop of `classify`."""
MAX_OTHER_CORES = 0.2
"""Cores that other programs may use while rates are compared."""


def list_missed_targets(document: dict[str, Any]) -> list[str]:
    """Lists the targets that a check missed, one sentence each.

    A rate is not judged while other programs use the cores; the report then says so.

    Args:
        document: as `python -m tools.screen_check` writes it.
    """
    missed = [
        f"{name}: the table differs from that of one worker.{_quote(run)}"
        for name, run in document["runs"].items()
        if not run["equal"]
    ]
    missed += [
        f"{name}: the memory of the parent grows by {run['growth']:.1%}."
        for name, run in document["runs"].items()
        if run["growth"] >= MAX_GROWTH
    ]
    missed += [
        f"{name}: the table differs.{_quote(document[name])}"
        for name in ("killed", "lost")
        if not document[name]["equal"]
    ]
    if document["bad_files"]["rows_with_a_reason"] != document["bad_files"]["files"]:
        missed.append("bad files: not each has a row with a reason.")
    if document["speedup"] < MIN_SPEEDUP and is_quiet(document):
        missed.append(f"rate: two workers reach {document['speedup']:.2f} times that of the loop.")
    return missed


def is_quiet(document: dict[str, Any]) -> bool:
    """Returns whether other programs left the cores alone, so that rates can be compared."""
    loads = [document["loop"]["other_cores"]]
    loads += [run["other_cores"] for run in document["runs"].values()]
    return max(loads) <= MAX_OTHER_CORES


def _quote(run: dict[str, Any]) -> str:
    return f" It ended with: {run['message']}" if run["message"] else ""
