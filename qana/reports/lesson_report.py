"""Describes models/hardening/lesson.json: a class of learners on the page Convert.

`tools.soak.lesson` writes it.
"""

import msgspec

from qana.reports.recorded_weights import Weights


class StepTimes(msgspec.Struct, frozen=True):
    """Times that the page took for steps of the learners.

    Attributes:
        n: number of steps.
        p50: median time, s.
        p95: 95th percentile of the times, s.
        most: longest time, s.
    """

    n: int
    p50: float
    p95: float
    most: float


class LessonReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """The document of `python -m tools.soak.lesson`.

    Attributes:
        learners: number of learners.
        real_browsers: those among them with a real browser.
        seconds: time in which steps started.
        think_s: shortest and longest time between two steps of a learner, s.
        steps: number of steps.
        step_s: times of all steps.
        by_step_s: times by the name of the step.
        waits: steps after which the page showed the progress of a job.
        troubles: errors, one sentence each.
        memory_mb: memory of the server in the second half, at even intervals.
        growth_by_line: growth of a line fitted to the memory, as a share; None for a short run.
        growth_by_quarters: the mean of the last quarter against the first one, as a share.
        misses: missed targets, one sentence each.
    """

    command: str
    weights: Weights
    learners: int
    real_browsers: int
    seconds: float
    think_s: list[float]
    steps: int
    step_s: StepTimes
    by_step_s: dict[str, StepTimes]
    waits: list[str]
    troubles: list[str]
    memory_mb: list[int]
    misses: list[str]
    machine: str
    growth_by_line: float | None = None
    growth_by_quarters: float | None = None
