"""Reports of browsers with changed values: a result that can be saved and loaded, or a sentence."""

import json
from typing import Any

import numpy as np
from hypothesis import example, given, settings

from qana.bench.browser_package import BrowserPackage
from qana.bench.browser_run import make_browser_result, read_browser_report
from qana.bench.result_files import ResultError, format_csv, read_result
from qana.export.float_graph import FloatGraph
from tests.doubles.changed_documents import change_document, check_sentence

PACKAGE = BrowserPackage(
    model="a model",
    sha256="0" * 64,
    macs=48_000_000,
    graph=FloatGraph(2, ()),
    photos=np.zeros((3, 2, 2, 3), np.uint8),
    logits=np.linspace(-1, 1, 21, dtype=np.float32).reshape(3, 7),
)
"""A package without steps: the report is about its logits alone."""
RECORD: dict[str, Any] = {
    "backend": "webgpu",
    "half": False,
    "float32": True,
    "adapter": {"vendor": "apple", "architecture": "metal-3", "renderer": "Apple GPU"},
    "logits": PACKAGE.logits.ravel().tolist(),
    "clock_ms": 0.1,
    "results": [{"batch": 1, "latencies_ms": [2.0, 2.1]}, {"batch": 16, "latencies_ms": [8.0]}],
    "skipped": [64],
}
REPORT = {"records": [RECORD], "without_webgpu": "", "failures": ["It was slow."]}


def change_record(**changes: Any) -> dict[str, Any]:
    return REPORT | {"records": [RECORD | changes]}


@settings(derandomize=True, deadline=None, max_examples=250)
@given(changed=change_document(REPORT))
@example(changed=change_record(results=[{"batch": True, "latencies_ms": [1.0]}]))
@example(changed=change_record(results=[{"batch": 8.0, "latencies_ms": [1.0]}]))
@example(changed=change_record(results=[{"batch": 1, "latencies_ms": [1e12] * 9}]))
@example(changed=change_record(results=[{"batch": 1, "latencies_ms": [0]}], clock_ms=1e-12))
@example(changed=change_record(results=[{"batch": 1, "latencies_ms": [True]}]))
@example(changed=change_record(adapter={"renderer": "ANGLE (, )"}))
@example(changed=change_record(adapter={"renderer": "***"}))
@example(changed=change_record(skipped=[16.0, True]))
@example(changed=change_record(logits=["1"] * 21))
@example(changed=REPORT | {"without_webgpu": []})
def test_a_changed_report_can_be_saved_and_loaded_or_gives_one_sentence(changed: Any) -> None:
    try:
        run = read_browser_report(changed, PACKAGE)
    except ResultError as error:
        check_sentence(error)
        return
    assert all(notice.strip() and notice.isprintable() for notice in run.notices)
    assert not any("True" in notice or ".0 photos" in notice for notice in run.notices)
    assert run.device.isprintable() and run.device.strip()
    if not run.rows:
        assert run.notices  # a page says why there is nothing
        return
    result = make_browser_result(run, PACKAGE)
    loaded = read_result(json.dumps(result.to_json(), allow_nan=False).encode())
    assert loaded == result
    assert format_csv(loaded) == format_csv(result)
