"""Makes rows of what a browser has measured with the float network, and checks its arithmetic.

The report comes from a visitor's browser, so every value of it is checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from qana.bench.bench_result import BenchResult
from qana.bench.browser_adapter import Adapter, read_adapter
from qana.bench.browser_package import BrowserPackage
from qana.bench.command import BROWSER_GPU, BROWSER_PROCESSOR
from qana.bench.machine import Machine
from qana.bench.readings import NotMeasurable
from qana.bench.result_files import ResultError, check_number, check_text
from qana.bench.rows import Row, make_measured_row

TOLERANCE = 1e-3
"""Largest difference of a logit from the float network's with which a 32-bit row counts."""
MAX_LATENCIES = 2_000
"""Most runs that a report may have."""
MAX_BATCH = 1024
"""Most photos at once."""
MIN_MS, MAX_MS = 1e-6, 3.6e6
"""Shortest step of a clock and longest run of a report, ms. A browser's clock has 0.005 ms."""
DIFFERS = ", with other arithmetic"
"""Ends the name of a row that does not count."""
COMMAND = "the page Compare, in a browser"
NO_METER = NotMeasurable(
    "browser",
    "A browser gives no access to an energy meter.",
    "Run python -m qana bench on that machine, if it has a meter.",
)
BACKENDS = {"webgpu": "WebGPU", "webgl": "WebGL"}
WITHOUT_WEBGPU = {
    "insecure": "This address has no https, so the browser offers no WebGPU.",
    "absent": "This browser has no WebGPU.",
    "no_adapter": "This browser's WebGPU finds no adapter.",
    "failed": "WebGPU did not start in this browser.",
}
"""Key that the page sends to the reason why a row used WebGL."""
NOT_THERE = "This browser offers neither WebGPU nor WebGL to a page, so it cannot measure."


@dataclass(frozen=True)
class BrowserRun:
    """What a browser has measured.

    Attributes:
        device: name of the adapter.
        is_software: whether the adapter is a program on the processor.
        rows: batch size 1 first, 32-bit before 16-bit.
        notices: sentences about what is missing or differs.
    """

    device: str
    is_software: bool
    rows: tuple[Row, ...]
    notices: tuple[str, ...] = ()


def read_browser_report(report: Any, package: BrowserPackage) -> BrowserRun:
    """Reads the report of a browser.

    Args:
        report: what the page sent: "records", one for each precision, each with "backend", "half",
            "float32", "adapter", "logits", "clock_ms" and "results"; "without_webgpu", a key of
            `WITHOUT_WEBGPU` or ""; and "failures", a list of reasons.
        package: what the browser computed.

    Raises:
        ResultError: the report is damaged.
    """
    try:
        return _read_report(report, package)
    except (KeyError, ValueError, TypeError, OverflowError, AttributeError):
        raise ResultError(
            "The measurement of this browser cannot be used: start it again."
        ) from None


def _read_report(report: Any, package: BrowserPackage) -> BrowserRun:
    reason = WITHOUT_WEBGPU.get(report["without_webgpu"], "")
    notices = [check_text(one)[:200] for one in report["failures"][:4]]
    rows: list[Row] = []
    skipped: list[int] = []
    adapter = Adapter()
    for record in report["records"][:4]:
        texts = {key: one for key, one in record["adapter"].items() if one not in ("", None)}
        for key, value in texts.items():
            if key != "fallback":
                texts[key] = check_text(value)[:200]
        adapter = read_adapter(texts)
        rows += _make_rows(record, adapter, package, reason)
        skipped += [one for one in record.get("skipped", ()) if _is_batch(one)]
    if skipped:
        notices.append(f"{max(skipped)} photos at once were left out: this adapter is too slow.")
    if not rows:
        notices = notices or [NOT_THERE]
    notices += [row.doubt or "" for row in rows if row.runtime.endswith(DIFFERS)][:1]
    return BrowserRun(adapter.name, adapter.is_software, tuple(rows), tuple(notices))


def _make_rows(
    record: Mapping[str, Any], adapter: Adapter, package: BrowserPackage, reason: str
) -> list[Row]:
    backend, half = BACKENDS[record["backend"]], record["half"] is True
    deviation = _measure_deviation(record["logits"], package)
    full = record["float32"] is True and not half
    doubts = [] if backend == "WebGPU" else [reason]
    runtime = BROWSER_PROCESSOR if adapter.is_software else BROWSER_GPU
    if half or not full:
        doubts.append(f"Its logits differ from the 32-bit network's by up to {deviation:.2g}.")
    elif deviation > TOLERANCE:
        runtime += DIFFERS
        doubts.append(
            "This browser's arithmetic differs: its logits are up to "
            f"{deviation:.2g} from the float network's, so the row does not count."
        )
    if not full and not half:
        doubts.append("WebGL has no 32-bit floats on this device.")
    clock = check_number(record["clock_ms"])
    if clock < MIN_MS:
        raise ValueError
    doubts.append(f"The browser's clock has steps of {clock:.2g} ms.")
    rows = []
    for result in record["results"]:
        # A coarse clock may see no time at all in a short run.
        latencies = [max(check_number(one), clock) for one in result["latencies_ms"]]
        batch = result["batch"]
        if not 1 <= len(latencies) <= MAX_LATENCIES or max(latencies) > MAX_MS:
            raise ValueError
        if not _is_batch(batch):
            raise ValueError
        rows.append(
            make_measured_row(
                runtime,
                adapter.name,
                f"{32 if full else 16}-bit float, {backend}",
                batch,
                np.array(latencies),
                NO_METER,
                NO_METER,
                " ".join(filter(None, doubts)),
                clock="clock of the browser",
            )
        )
    return rows


def _is_batch(value: Any) -> bool:
    return type(value) is int and 1 <= value <= MAX_BATCH


def _measure_deviation(logits: Any, package: BrowserPackage) -> float:
    """Measures the largest difference of a logit; infinite for a number that is none."""
    found = np.array(logits, np.float64).reshape(package.logits.shape)
    deviation = float(np.abs(found - package.logits).max())
    return deviation if np.isfinite(deviation) else float("inf")


def make_browser_result(run: BrowserRun, package: BrowserPackage) -> BenchResult:
    """Makes the result of a browser, which can be saved and loaded like any other."""
    return BenchResult(
        command=COMMAND,
        model=package.model,
        sha256=package.sha256,
        macs=package.macs,
        machine=Machine(run.device),
        rows=run.rows,
    )


def counts(row: Row) -> bool:
    """Returns whether a row may stand for its device: of 32 bits, with the network's logits."""
    return not row.runtime.endswith(DIFFERS) and "16-bit" not in (row.precision or "")
