"""Runs measurement steps one after the other, each in a process of its own."""

import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from qana.reports.measurement_step import PROJECT, MeasurementStep

PYTHON = ("python", "python3.11")
"""First words of a command that stand for the running interpreter."""


class Status(StrEnum):
    """What happened to a step."""

    MEASURED = "measured"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class StepResult:
    """The outcome of one step.

    Attributes:
        step: the step.
        status: what happened.
        reason: one sentence on it.
        is_usable: whether later steps may take the results of the step.
    """

    step: MeasurementStep
    status: Status
    reason: str
    is_usable: bool = False


def run_measurements(
    steps: Sequence[MeasurementStep],
    folders: Mapping[str, Path],
    force: bool,
    progress: Callable[[str], None],
) -> Iterator[StepResult]:
    """Runs steps in their order. The failure of one does not stop the others.

    A step runs if its files do not belong to the present weights, or if a step that it takes
    results from was measured in the same call. An interrupted call can therefore be repeated.

    Args:
        steps: the steps; those that a step comes after may be missing.
        folders: name of each data set that is at hand, and "data", to its folder.
        force: whether steps with files of the present weights run, too.
        progress: receives the lines that the commands print, and one line before each step.

    Yields:
        The result of each step, as soon as it is known.
    """
    done: dict[str, StepResult] = {}
    for number, step in enumerate(steps, start=1):
        progress(f"[{number}/{len(steps)}] {step.name}: {step.measures} ({step.duration})")
        before = [done[name] for name in step.after if name in done]
        result = _run_step(step, before, folders, force, progress)
        progress(f"[{number}/{len(steps)}] {step.name}: {result.status}. {result.reason}")
        done[step.name] = result
        yield result


def _run_step(
    step: MeasurementStep,
    before: Collection[StepResult],
    folders: Mapping[str, Path],
    force: bool,
    progress: Callable[[str], None],
) -> StepResult:
    blocking = [result.step.name for result in before if not result.is_usable]
    if blocking:
        reason = f"It needs the results of {', '.join(blocking)}."
        return StepResult(step, Status.SKIPPED, reason)
    repeated = force or any(result.status == Status.MEASURED for result in before)
    if not repeated and step.explain_outdated(step) is None:
        reason = "Its files belong to the present weights."
        return StepResult(step, Status.SKIPPED, reason, is_usable=True)
    if unmet := step.explain_unmet_need(folders):
        return StepResult(step, Status.SKIPPED, unmet)
    start = time.monotonic()
    code, last_line = _run_command(step.fill_command(folders), progress)
    if code:
        return StepResult(step, Status.FAILED, f"Exit code {code}: {last_line}")
    if outdated := step.explain_outdated(step):
        return StepResult(
            step, Status.FAILED, f"The command ended without an error, but: {outdated}"
        )
    minutes = (time.monotonic() - start) / 60
    return StepResult(step, Status.MEASURED, f"It took {minutes:.1f} minutes.", is_usable=True)


def _run_command(words: Sequence[str], progress: Callable[[str], None]) -> tuple[int, str]:
    """Runs a command in the project folder and returns its exit code and its last line."""
    first = sys.executable if words[0] in PYTHON else words[0]
    last_line = "The command printed nothing."
    with subprocess.Popen(
        [first, *words[1:]],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if text := line.strip():
                last_line = text
                progress(line.rstrip())
    return process.returncode, last_line
