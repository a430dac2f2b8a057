"""Describes models/hardening/measuring.json: Scan beside visitors who measure their browsers.

`tools.soak.measuring` writes it.
"""

import msgspec

from qana.reports.recorded_weights import Weights


class ScanTimes(msgspec.Struct, frozen=True):
    """Answers on Scan, one photo after the other.

    Attributes:
        scans: number of answers.
        p50_s: median time to an answer, s.
        p95_s: 95th percentile of this time, s.
        wrong_answers: answers that differ from the expected ones.
        wrong: the first differences.
        other_cores: cores that programs outside the check used meanwhile, on average.
    """

    scans: int
    p50_s: float
    p95_s: float
    wrong_answers: int
    wrong: list[list[str]]
    other_cores: float


class ReplayingClients(msgspec.Struct, frozen=True):
    """The clients that replay a measurement: their number, what they did, and their errors."""

    visitors: int
    measurements: int
    received_mb: float
    errors: list[str]


class RealBrowser(msgspec.Struct, frozen=True, omit_defaults=True):
    """The browser that measures: whether there was one, its runs, and the error that ended it."""

    opened: bool
    runs: int | None = None
    error: str | None = None


class MeasuringReport(msgspec.Struct, frozen=True):
    """The document of `python -m tools.soak.measuring`.

    Attributes:
        alone: answers while nobody measures.
        together: answers beside the clients and the browser.
        clients: the clients.
        real_browser: the browser.
        ratio: median time together against alone.
        misses: missed targets, one sentence each.
    """

    command: str
    weights: Weights
    alone: ScanTimes
    together: ScanTimes
    clients: ReplayingClients
    real_browser: RealBrowser
    ratio: float
    misses: list[str]
    machine: str
