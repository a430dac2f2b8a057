"""Tests of comparisons, their rows, their files and their process."""

import csv
import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from qana.bench.bench_process import LEFT, BenchProcess
from qana.bench.bench_result import BenchResult
from qana.bench.command import NVIDIA_KEYS, RUNTIME_NAMES
from qana.bench.compare_rows import (
    AlwaysOnDevice,
    Range,
    find_break_even,
    make_always_on_device,
)
from qana.bench.machine_lock import hold_machine_lock
from qana.bench.measure import Progress, measure_idle, measure_runtime
from qana.bench.readings import NotMeasurable, Reading
from qana.bench.result_files import ResultError, format_csv, read_result, read_shipped_results
from qana.bench.rows import make_measured_row
from qana.bench.run_bench import make_known_rows, run_bench
from qana.bench.runtimes import AkidaRuntime, OnnxRuntime
from qana.cli.main import main
from qana.inference.manifest import find_entry

SILENT = NotMeasurable("a meter", "It is not there.", "Plug one in.")
ROOT = Path(__file__).parents[2]


class Counter:
    """A meter of a device with constant power, in steps of 0.1 J."""

    name = "counter"

    def __init__(self, watts: float) -> None:
        self._watts, self._start = watts, 0.0

    def start(self) -> None:
        self._start = time.monotonic()

    def read(self) -> Reading:
        seconds = time.monotonic() - self._start
        joules = self._watts * seconds
        return Reading(joules, joules - 0.1, joules + 0.1, seconds, "all of it", "a counter")

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """A real result of this machine, made by the command."""
    command = "-m qana bench --json --seconds 0.5 --runtimes akida dense cuda mps --batches 1 4"
    found = subprocess.run(
        [sys.executable, *command.split()], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Traceback" not in found.stderr
    return json.loads(found.stdout)


def test_the_json_document_has_the_promised_keys(document: dict) -> None:
    assert {"machine", "rows", "neurobench"} <= document.keys()
    for row in document["rows"]:
        assert {"runtime", "device", "precision", "batch", "latency_ms", "energy_mj"} <= row.keys()
        assert row["provenance"] in ("measured", "modelled", "published")
        assert row["source"]
        if row["latency_ms"]:
            assert {"p50", "p95"} <= row["latency_ms"].keys()
        if row["energy_mj"]:
            assert {"value", "low", "high"} <= row["energy_mj"].keys()
    operations = document["neurobench"]["synaptic_operations"]
    assert operations["Dense"] > operations["Effective_MACs"] > 0
    assert BenchResult.from_json(document).to_json() == document
    read = read_result(json.dumps(document).encode()).to_json()["rows"]
    for ours, theirs in zip(read, document["rows"], strict=True):
        for key in ("batch", "latency_ms", "energy_mj", "energy_net_mj", "provenance", "images"):
            assert ours[key] == theirs[key]
        assert ours["images_per_second"] == pytest.approx(theirs["images_per_second"])


def test_every_runtime_is_measured_or_gives_a_reason(document: dict) -> None:
    here = [row for row in document["rows"] if row["provenance"] == "measured"]
    ran = {(row["runtime"], row["batch"]) for row in here}
    assert {("Akida", 1), ("Akida", 4)} <= ran
    assert {("Dense on the processor", 1)} <= ran
    for row in here:
        assert row["runs"] >= 5 and row["images"] == row["runs"] * row["batch"]
        assert row["seconds"] > 0
        assert 0 < row["latency_ms"]["p5"] <= row["latency_ms"]["p50"] <= row["latency_ms"]["p95"]
        assert (row["energy_mj"] is None) == (row["not_measurable"] is not None)
        if "simulator" in row["device"]:
            assert row["energy_mj"] is None
    for one in document["missing"]:
        assert one["runtime"] in (*NVIDIA_KEYS, "mps") and one["reason"]
    assert (
        len({one["runtime"] for one in document["missing"]} | {row["runtime"] for row in here}) >= 4
    )


def test_a_row_with_a_forged_provenance_is_refused(document: dict) -> None:
    """A modelled or published row cannot pass as measured, nor a measured one as published."""
    known = {row.provenance for row in make_known_rows(find_entry("akida2"))}
    assert known == {"modelled", "published"}
    for number, row in enumerate(document["rows"]):
        claimed = "published" if row["provenance"] == "measured" else "measured"
        forged = json.loads(json.dumps(document))
        forged["rows"][number]["provenance"] = claimed
        with pytest.raises(ResultError, match=f"Row {number + 1} of .* and no other, has"):
            read_result(json.dumps(forged).encode())
        assert ("clock of this machine" in row["source"]) == (row["provenance"] == "measured")


def test_integer_runtimes_give_the_logits_of_the_classifier(classifier, square_photos) -> None:
    expected = classifier.logits(square_photos[:5])
    for load in (AkidaRuntime, OnnxRuntime):
        np.testing.assert_array_equal(load(classifier.entry).run(square_photos[:5]), expected)


def test_a_runtime_that_fails_keeps_its_earlier_rows(classifier, monkeypatch) -> None:
    """A graphics card with too little memory for a batch fails like this."""
    for name, seconds in (("COOL", 0.0), ("IDLE", 0.0), ("WARM", 0.0)):
        monkeypatch.setattr(f"qana.bench.measure.{name}_SECONDS", seconds)

    class Small:
        device, precision, meter, chip, doubt = "a card", "none", "cpu", None, None

        def __init__(self, entry: object) -> None:
            pass

        def run(self, inputs: np.ndarray) -> np.ndarray:
            if len(inputs) > 1:
                raise RuntimeError("out of memory\nand much more")
            return np.zeros((1, 7), np.float32)

    monkeypatch.setattr("qana.bench.run_bench.RUNTIMES", {"cuda": Small, "dense": OnnxRuntime})
    found = run_bench(classifier.entry, ["cuda", "dense"], [1, 2], 0.1, lambda *_: None)
    ran = [(row.device, row.batch) for row in found.rows if row.images]
    assert ran == [
        ("a card", 1),
        ("this computer's processor", 1),
        ("this computer's processor", 2),
    ]
    assert [one.reason for one in found.missing] == ["It does not run here: out of memory"]


def test_net_energy_excludes_the_idle_power(monkeypatch, square_photos) -> None:
    """At constant power, the energy of an image is power times time, and its net energy is 0."""
    for name, seconds in (("COOL", 0.0), ("IDLE", 0.3), ("WARM", 0.05)):
        monkeypatch.setattr(f"qana.bench.measure.{name}_SECONDS", seconds)
    seen: list[Progress] = []

    class Steady:
        device, precision, meter, chip, doubt = "a box", "none", "cpu", None, None

        def run(self, inputs: np.ndarray) -> np.ndarray:
            time.sleep(0.02)
            return np.zeros((len(inputs), 7), np.float32)

    meter = Counter(10)
    idle = measure_idle(meter)
    row = measure_runtime(
        "akida", "A box", Steady(), meter, idle, square_photos, 2, 1.0, seen.append
    )
    assert row.energy_mj.value == pytest.approx(10 * row.seconds / row.images * 1e3, rel=0.1)
    assert row.energy_net_mj.value == pytest.approx(0, abs=0.05 * row.energy_mj.value)
    assert row.energy_net_mj.low < row.energy_net_mj.value < row.energy_net_mj.high
    assert row.idle_watts == pytest.approx(10, rel=0.05)
    assert sum(len(progress.latencies_ms) for progress in seen) * 2 == row.images
    assert seen[-1].share == 1 and seen[-1].energy_mj > 0


def test_a_meter_without_a_reading_gives_no_energy() -> None:
    row = make_measured_row("A", "b", "c", 1, np.array([2.0, 4.0]), SILENT, SILENT)
    assert row.energy_mj is row.energy_net_mj is row.idle_watts is None
    assert row.not_measurable == SILENT
    assert make_always_on_device(row) is None


def use(idle_watts: float, net_mj: float, latency_ms: float, off: float = 0.0) -> AlwaysOnDevice:
    return AlwaysOnDevice(
        idle_watts, Range(net_mj, net_mj * (1 - off), net_mj * (1 + off)), latency_ms
    )


def test_both_devices_use_the_same_energy_at_the_break_even() -> None:
    chip, card = use(0.9, 2.0, 2.0), use(20.0, 0.5, 0.1)
    found = find_break_even(chip, card)
    assert (found.wins_below, found.wins_above) == ("a", "a")  # the chip never gets that far
    fast = use(0.9, 2000.0, 0.1, off=0.5)
    found = find_break_even(fast, card)
    assert (found.wins_below, found.wins_above) == ("a", "b")
    rate = found.images_per_hour
    assert fast.compute_joules_per_hour(rate) == pytest.approx(card.compute_joules_per_hour(rate))
    assert found.low == pytest.approx(rate / 1.5, rel=0.01)
    assert found.high == pytest.approx(rate * 2, rel=0.01)
    assert find_break_even(card, card).wins_below == find_break_even(card, card).wins_above == ""
    level = find_break_even(use(20.0, 0.2, 0.1), card)
    assert (level.images_per_hour, level.wins_below) == (None, "a")


def test_a_result_is_formatted_as_csv(document: dict) -> None:
    lines = list(csv.DictReader(io.StringIO(format_csv(BenchResult.from_json(document)))))
    assert len(lines) == len(document["rows"])
    for line, row in zip(lines, document["rows"], strict=True):
        assert line["provenance"] == row["provenance"]
        if row["latency_ms"]:
            assert float(line["latency_ms_p50"]) == row["latency_ms"]["p50"]


def spoilt(change: Callable[[dict], None]) -> Callable[[dict], bytes]:
    def made(document: dict) -> bytes:
        copy = json.loads(json.dumps(document))
        change(copy)
        return json.dumps(copy).encode()

    return made


@pytest.mark.parametrize(
    "make",
    [
        lambda _: b"",
        lambda _: b"\xff\xfe",
        lambda _: b"[1, 2]",
        lambda _: b"{" * 100_000,
        lambda _: b"[" * 200_000,
        lambda _: b'{"rows": []}',
        lambda _: b" " * 3_000_000,
        spoilt(lambda d: d.update(rows={})),
        spoilt(lambda d: d.update(rows=[None])),
        spoilt(lambda d: d.update(machine="mine")),
        spoilt(lambda d: d["rows"][0].pop("device")),
        spoilt(lambda d: d["rows"][0].update(batch=0)),
        spoilt(lambda d: d["rows"][0].update(images=None)),
        spoilt(lambda d: d["rows"][0].update(device=["x"])),
        spoilt(lambda d: d["rows"][0].update(energy_mj={"value": float("nan")})),
        spoilt(lambda d: d["rows"][0].update(latency_ms=3)),
        spoilt(lambda d: d["rows"][0].update(idle_watts="much")),
        spoilt(lambda d: d["rows"][0].update(not_measurable="because")),
        spoilt(lambda d: d["rows"].extend(d["rows"] * 50)),
        spoilt(lambda d: d.update(rows=[])),
        spoilt(lambda d: d["rows"][0].update(batch=10**400)),
        spoilt(lambda d: d["rows"][0].update(batch=True)),
        spoilt(lambda d: d["rows"][0].update(idle_watts=10**400)),
        spoilt(lambda d: d["rows"][0].update(runtime="\ud800")),
        spoilt(lambda d: d["rows"][0]["latency_ms"].update(p50=0)),
        spoilt(lambda d: d["rows"][0]["latency_ms"].update(p50=-1.0)),
        spoilt(lambda d: d["rows"][0]["latency_ms"].update(p95="soon")),
        spoilt(lambda d: d["rows"][0]["latency_ms"].update(p5=1e9)),
        spoilt(lambda d: d["rows"][0]["latency_ms"].update(p95=None)),
        spoilt(lambda d: d["rows"][0].update(energy_mj={"value": 2, "low": 3, "high": 4})),
        spoilt(lambda d: d["rows"][0].update(energy_mj={"value": 0, "low": 0, "high": 0})),
    ],
)
def test_an_invalid_file_raises_one_sentence(document: dict, make) -> None:
    with pytest.raises(ResultError) as error:
        read_result(make(document))
    assert str(error.value).count("\n") == 0 and len(str(error.value)) < 200


def test_markup_is_removed_from_a_file(document: dict) -> None:
    wild = "![x](https://example.org/x.png)<b>\n# Facts www.example.org `a` *b* c@example.org"
    read = read_result(spoilt(lambda d: d["rows"][0].update(runtime=wild))(document))
    found = read.rows[0].runtime
    assert "example.org/x.png" in found
    assert not set("[]<>!#`*@\n") & set(found) and "://" not in found and "www." not in found


def test_unknown_keys_are_ignored(document: dict) -> None:
    nested: list = []
    for _ in range(600):
        nested = [nested]
    make = spoilt(
        lambda d: d["rows"][-1].update({"provenance!": "measured", "[latency_ms": 3, "x": nested})
    )
    read = read_result(make(document))
    assert read.rows[-1].provenance == "published"
    assert format_csv(read)


def test_a_second_measurement_waits_for_the_lock(tmp_path: Path) -> None:
    lock, said, order = tmp_path / "lock", threading.Event(), []

    def second() -> None:
        with hold_machine_lock(said.set, lock):
            order.append("second")

    with hold_machine_lock(lambda: None, lock):
        waiter = threading.Thread(target=second)
        waiter.start()
        assert said.wait(5)
        order.append("first")
    waiter.join(5)
    assert order == ["first", "second"]


@pytest.fixture
def job() -> Iterator[BenchProcess]:
    made = BenchProcess("akida2", ["akida", "dense"], [1], 60)
    yield made
    made.stop()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_a_process_can_be_followed_and_stopped(job: BenchProcess) -> None:
    until(lambda: len(job.latencies_ms[("akida", 1)]) > 3)
    assert job.state == "running" and 0 < job.share < 1
    other = BenchProcess("akida2", ["akida"], [1], 1)  # a second visitor waits
    time.sleep(2)
    assert other.state == "waiting" and not other.latencies_ms
    job.stop()
    assert job.is_over and job.state == "stopped" and job.error is None
    until(lambda: other.is_over)
    assert other.finished_result is not None and other.rows[0].provenance == "measured"
    seen = len(job.latencies_ms[("akida", 1)])
    time.sleep(0.5)
    assert len(job.latencies_ms[("akida", 1)]) == seen


@pytest.mark.slow
def test_a_process_that_is_not_wanted_ends_with_an_error() -> None:
    left = threading.Event()
    job = BenchProcess("akida2", ["akida"], [1], 60, is_wanted=lambda: not left.is_set())
    until(lambda: job.latencies_ms[("akida", 1)] != [])
    left.set()
    until(lambda: job.is_over)
    assert job.error == LEFT


def test_a_process_that_cannot_run_gives_its_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QANA_MODELS", str(tmp_path))
    job = BenchProcess("akida2", ["akida"], [1], 60)
    until(lambda: job.is_over)
    assert "manifest.json, cannot be read" in str(job.error)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--seconds", "0"),
        ("--seconds", "nan"),
        ("--seconds", "inf"),
        ("--batches", "0"),
        ("--batches", "100000"),
    ],
)
def test_invalid_options_print_one_sentence(wrong: tuple[str, str], capsys) -> None:
    assert main(["bench", *wrong]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_shipped_result_is_of_a_gpu_alone() -> None:
    """The page displays it by default, and the licence of Akida forbids to publish timings."""
    (result,) = read_shipped_results()
    runtimes = {row.runtime for row in result.rows}
    assert RUNTIME_NAMES["cuda"] in runtimes <= {RUNTIME_NAMES[key] for key in NVIDIA_KEYS}
    assert {row.provenance for row in result.rows} == {"measured"}
    assert 1 in {row.batch for row in result.rows}
    assert all(row.energy_mj for row in result.rows)
