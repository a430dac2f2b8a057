"""What a browser measured: its adapter, its arithmetic, its rows, and the store of all visitors."""

import base64
import json
from typing import Any

import numpy as np
import pytest

from qana.bench.browser_adapter import Adapter
from qana.bench.browser_package import BrowserPackage, make_browser_package
from qana.bench.browser_run import (
    WITHOUT_WEBGPU,
    counts,
    make_browser_result,
    read_browser_report,
)
from qana.bench.command import BROWSER_GPU, BROWSER_PROCESSOR
from qana.bench.compare_rows import is_gpu_row
from qana.bench.result_files import ResultError, format_csv, read_result
from qana.bench.shared_runs import KEEP_SECONDS, MAX_RUNS, MEASURING_SECONDS, SharedRuns
from qana.inference.manifest import find_entry

SWIFTSHADER = (
    "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)"
)
NAMES = {
    "ANGLE (Apple, ANGLE Metal Renderer: Apple M2, Unspecified Version)": "Apple M2",
    "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 (0x00002503) Direct3D11 vs_5_0 ps_5_0, D3D11)": (
        "NVIDIA GeForce RTX 3060"
    ),
    "ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)": (
        "Mesa Intel UHD Graphics 620 (KBL GT2)"
    ),
    "ANGLE (Qualcomm, Adreno (TM) 740, OpenGL ES 3.2)": "Adreno 740",
    "Apple GPU": "Apple GPU",
    "Mali-G78": "Mali-G78",
    SWIFTSHADER: "SwiftShader Device",
}
PROGRAMS = [
    *(SWIFTSHADER, "llvmpipe (LLVM 15.0.6, 256 bits)", "softpipe"),
    "ANGLE (Microsoft, Microsoft Basic Render Driver (0x0000008C) Direct3D11 vs_5_0, D3D11)",
    "ANGLE (Mesa, llvmpipe (LLVM 15.0.7 256 bits), OpenGL 4.5)",
]


@pytest.fixture(scope="module")
def package() -> BrowserPackage:
    return make_browser_package(find_entry("akida2"))


def make_record(package: BrowserPackage, **changes: Any) -> dict[str, Any]:
    return {
        "backend": "webgpu",
        "half": False,
        "float32": True,
        "adapter": {"vendor": "apple", "architecture": "metal-3", "renderer": "Apple GPU"},
        "logits": package.logits.ravel().tolist(),
        "clock_ms": 0.1,
        "results": [
            {"batch": 1, "latencies_ms": [2.0] * 99 + [9.0]},
            {"batch": 16, "latencies_ms": [8.0, 8.0, 9.0]},
        ],
    } | changes


def make_report(*records: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"records": list(records), "without_webgpu": "", "failures": []} | changes


@pytest.mark.parametrize(("renderer", "name"), NAMES.items())
def test_an_adapter_is_named_as_far_as_the_browser_tells(renderer: str, name: str) -> None:
    assert Adapter(renderer=renderer).name == name


def test_an_adapter_without_a_renderer_has_the_names_of_webgpu() -> None:
    assert Adapter("nvidia", "ampere").name == "nvidia ampere"
    assert "does not name" in Adapter().name


@pytest.mark.parametrize("renderer", PROGRAMS)
def test_a_software_adapter_is_called_the_processor(renderer: str, package: BrowserPackage) -> None:
    assert Adapter(renderer=renderer).is_software
    record = make_record(package, backend="webgl", adapter={"renderer": renderer})
    run = read_browser_report(make_report(record, without_webgpu="absent"), package)
    assert run.is_software
    assert {row.runtime for row in run.rows} == {BROWSER_PROCESSOR}
    assert not any(is_gpu_row(row) or "GPU" in row.runtime for row in run.rows)


@pytest.mark.parametrize("renderer", [name for name in NAMES if name != SWIFTSHADER])
def test_a_gpu_is_no_software_adapter(renderer: str) -> None:
    assert not Adapter(renderer=renderer).is_software
    assert Adapter("google", "swiftshader", renderer=renderer).is_software
    assert Adapter(renderer=renderer, fallback=True).is_software


def test_the_rows_are_those_of_the_latencies(package: BrowserPackage) -> None:
    run = read_browser_report(make_report(make_record(package)), package)
    single, several = run.rows
    assert (single.runtime, single.device, single.batch) == (BROWSER_GPU, "Apple GPU", 1)
    assert single.latency_ms is not None and single.latency_ms.p50 == 2.0
    assert (single.runs, single.images, single.provenance) == (100, 100, "measured")
    assert single.energy_mj is None and single.not_measurable is not None
    assert (several.batch, several.images) == (16, 48)
    assert several.images_per_second == 2000
    assert counts(single) and is_gpu_row(single) and not run.notices


def test_other_arithmetic_does_not_count_and_is_named(package: BrowserPackage) -> None:
    off = (package.logits + np.eye(3, 7) * 2e-3).ravel().tolist()
    run = read_browser_report(make_report(make_record(package, logits=off)), package)
    assert not any(counts(row) or is_gpu_row(row) for row in run.rows)
    assert "This browser's arithmetic differs" in run.notices[0]
    near = (package.logits + 9e-4).ravel().tolist()
    run = read_browser_report(make_report(make_record(package, logits=near)), package)
    assert all(counts(row) for row in run.rows)
    broken = [None] * package.logits.size
    run = read_browser_report(make_report(make_record(package, logits=broken)), package)
    assert not any(counts(row) for row in run.rows)


def test_half_precision_is_a_row_of_its_own_with_its_deviation(package: BrowserPackage) -> None:
    off = (package.logits + 0.0123).ravel().tolist()
    half = make_record(package, backend="webgl", half=True, float32=False, logits=off)
    run = read_browser_report(make_report(make_record(package), half), package)
    assert [row.precision for row in run.rows[::2]] == [
        "32-bit float, WebGPU",
        "16-bit float, WebGL",
    ]
    assert "by up to 0.012" in (run.rows[2].doubt or "")
    assert [counts(row) for row in run.rows] == [True, True, False, False]


def test_webgl_without_32_bits_is_half_precision(package: BrowserPackage) -> None:
    record = make_record(package, backend="webgl", float32=False)
    (row, _) = read_browser_report(make_report(record, without_webgpu="absent"), package).rows
    assert row.precision == "16-bit float, WebGL" and not counts(row)
    assert "no 32-bit floats" in (row.doubt or "")


@pytest.mark.parametrize("key", WITHOUT_WEBGPU)
def test_a_row_of_webgl_says_why(key: str, package: BrowserPackage) -> None:
    report = make_report(make_record(package, backend="webgl"), without_webgpu=key)
    assert WITHOUT_WEBGPU[key] in (read_browser_report(report, package).rows[0].doubt or "")


def test_a_browser_without_both_says_so(package: BrowserPackage) -> None:
    run = read_browser_report(make_report(), package)
    assert not run.rows and "neither WebGPU nor WebGL" in run.notices[0]


def test_what_a_slow_adapter_left_out_is_named(package: BrowserPackage) -> None:
    run = read_browser_report(make_report(make_record(package, skipped=[16])), package)
    assert run.notices == ("16 photos at once were left out: this adapter is too slow.",)


def test_a_result_of_a_browser_is_saved_and_loaded(package: BrowserPackage) -> None:
    run = read_browser_report(make_report(make_record(package)), package)
    result = make_browser_result(run, package)
    loaded = read_result(json.dumps(result.to_json()).encode())
    assert loaded.rows == result.rows and loaded.machine.processor == "Apple GPU"
    assert loaded.sha256 == find_entry("akida2").sha256
    assert format_csv(loaded).count("\n") == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"backend": "cuda"},
        {"logits": [1.0]},
        {"logits": "text"},
        {"clock_ms": -1},
        {"clock_ms": "0.1"},
        {"results": [{"batch": 1, "latencies_ms": []}]},
        {"results": [{"batch": 0, "latencies_ms": [1.0]}]},
        {"results": [{"batch": 1, "latencies_ms": [1e300]}]},
        {"results": [{"batch": 1, "latencies_ms": [1.0] * 3000}]},
        {"results": [{"batch": "1", "latencies_ms": [1.0]}]},
        {"adapter": []},
        {"adapter": {"renderer": "x" * 9999}},
        {"adapter": {"renderer": {"a": 1}}},
        {"results": None},
    ],
)
def test_a_damaged_report_is_refused(changes: dict[str, Any], package: BrowserPackage) -> None:
    with pytest.raises(ResultError, match="start it again"):
        read_browser_report(make_report(make_record(package, **changes)), package)


@pytest.mark.parametrize("report", [None, [], "text", {}, {"records": 3}, make_report(None)])  # type: ignore[arg-type]
def test_no_report_is_refused(report: Any, package: BrowserPackage) -> None:
    with pytest.raises(ResultError):
        read_browser_report(report, package)


def test_a_name_of_an_adapter_brings_no_markup(package: BrowserPackage) -> None:
    record = make_record(package, adapter={"renderer": "<b>[link](http://evil) `x`"})
    (row, _) = read_browser_report(make_report(record), package).rows
    assert not set("[]<>`") & set(row.device) and "://" not in row.device


@pytest.mark.parametrize("name", ["akida2", "akd1000"])
def test_the_package_holds_the_whole_network(name: str) -> None:
    package = make_browser_package(find_entry(name))
    document = json.loads(json.dumps(package.to_json()))
    weights = np.frombuffer(base64.b64decode(document["weights"]), "<f4")
    parts = [
        step[key]
        for step in document["graph"]["steps"]
        for key in ("weight", "bias")
        if key in step
    ]
    assert sum(part["size"] for part in parts) == weights.size
    for step, record in zip(package.graph.steps, document["graph"]["steps"], strict=True):
        if step.bias is not None:
            at = record["bias"]["offset"] // 4
            assert np.array_equal(weights[at : at + step.bias.size], step.bias.ravel())
    assert len(base64.b64decode(document["pixels"])) == package.photos.nbytes
    assert package.logits.shape == (document["photos"], 7) == (3, 7)


def test_the_store_keeps_the_latest_runs_of_each_visitor(package: BrowserPackage) -> None:
    now = [0.0]
    store = SharedRuns(lambda: now[0])
    run = read_browser_report(make_report(make_record(package)), package)
    store.add("a", "one", run)
    store.add("a", "one", run)
    store.add("b", "other", run)
    assert store.list_runs("one") == [run] and not store.list_runs("one", without="a")
    for number in range(2 * MAX_RUNS):
        store.add(str(number), "one", run)
    assert len(store.list_runs("one")) == MAX_RUNS
    now[0] = KEEP_SECONDS + 1
    assert not store.list_runs("one")
    store.add("a", "one", read_browser_report(make_report(), package))
    assert not store.list_runs("one")


def test_the_store_knows_who_measures_now(package: BrowserPackage) -> None:
    now = [0.0]
    store = SharedRuns(lambda: now[0])
    store.note_measuring("a", "one")
    store.note_measuring("b", "one")
    assert store.count_measuring("one") == 2 and store.count_measuring("one", without="a") == 1
    assert store.count_measuring("other") == 0
    store.add("a", "one", read_browser_report(make_report(), package))
    assert store.count_measuring("one") == 1
    store.note_measuring("c", "one")
    store.end_measuring("b", "one")
    store.end_measuring("b", "one")
    assert store.count_measuring("one") == 1
    now[0] = MEASURING_SECONDS + 1
    assert store.count_measuring("one") == 0
