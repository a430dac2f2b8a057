"""Runtimes are measured with their net energy, and one that fails keeps its earlier rows."""

import time

import numpy as np
import pytest

from qana.bench.compare_rows import AlwaysOnDevice, Range, find_break_even, make_always_on_device
from qana.bench.measure import Progress, measure_idle, measure_runtime
from qana.bench.readings import NotMeasurable, Reading
from qana.bench.rows import make_measured_row
from qana.bench.run_bench import run_bench
from qana.bench.runtimes import AkidaRuntime, OnnxRuntime
from qana.cli.main import main

SILENT = NotMeasurable("a meter", "It is not there.", "Plug one in.")


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
