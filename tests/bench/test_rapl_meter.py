"""The meter of a processor counts its packages, and says why it cannot."""

from pathlib import Path

import pytest

from qana.bench.meters.rapl import RaplMeter
from tests.doubles.meter_checks import clock, energy, refusal
from tests.doubles.meter_doubles import INTEL_RANGE, Clock, Powercap

__all__ = ["clock"]


def rapl(tmp_path: Path, clock: Clock, *start: int) -> tuple[Powercap, RaplMeter]:
    powercap = Powercap(tmp_path, list(start))
    meter = RaplMeter(tmp_path, clock)
    meter.start()
    return powercap, meter


def test_rapl_counts_all_packages_and_no_part_twice(tmp_path, clock) -> None:
    powercap, meter = rapl(tmp_path, clock, 5_000, 9_000)
    clock.wait(2)
    powercap.use(30, 12)
    read = energy(meter)
    assert read.joules == pytest.approx(42)
    assert read.seconds == 2 and read.watts == pytest.approx(21)
    assert read.high - read.low == pytest.approx(2 * 21e-3, rel=0.01)
    assert "not memory" in read.covers


def test_rapl_counts_across_every_wrap_around(tmp_path, clock) -> None:
    powercap, meter = rapl(tmp_path, clock, INTEL_RANGE - 1_000_000, 500)
    for times in range(1, 8):
        clock.wait(200)
        powercap.use(90_000, 3)
        assert energy(meter).joules == pytest.approx(times * 90_003)


def test_rapl_refuses_when_the_counter_may_have_wrapped_twice(tmp_path, clock) -> None:
    powercap, meter = rapl(tmp_path, clock, 0)
    clock.wait(600)
    powercap.use(300_000)
    refusal(meter, "wrapped", "at least every 262 s")
    clock.wait(1)
    refusal(meter, "wrapped", "at least every 262 s")
    meter.start()
    clock.wait(1)
    powercap.use(20)
    assert energy(meter).joules == pytest.approx(20)


def test_rapl_restarts_its_count(tmp_path, clock) -> None:
    powercap, meter = rapl(tmp_path, clock, 0)
    clock.wait(1)
    powercap.use(50)
    energy(meter)
    meter.start()
    clock.wait(1)
    powercap.use(7)
    assert energy(meter).joules == pytest.approx(7)


def test_rapl_names_the_command_for_a_user_without_rights(tmp_path, clock, monkeypatch) -> None:
    read_text = Path.read_text

    def as_user(path: Path) -> str:
        if path.name == "energy_uj":
            raise PermissionError(13, "Permission denied", str(path))
        return read_text(path)

    monkeypatch.setattr(Path, "read_text", as_user)
    _, meter = rapl(tmp_path, clock, 0)
    clock.wait(1)
    refusal(meter, "only root", f"sudo chmod a+r {tmp_path}/intel-rapl:*/energy_uj")


def test_rapl_explains_a_missing_counter(tmp_path, clock) -> None:
    for root in (tmp_path, tmp_path / "absent"):
        meter = RaplMeter(root, clock)
        meter.start()
        clock.wait(1)
        refusal(meter, "virtual machine", "Intel or AMD")


def test_rapl_reports_a_counter_that_does_not_move(tmp_path, clock) -> None:
    powercap, meter = rapl(tmp_path, clock, 77, 78)
    clock.wait(1)
    refusal(meter, "does not move", "without virtualization")
    powercap.use(5, 0)
    refusal(meter, "does not move", "without virtualization")


def test_rapl_refuses_a_run_that_is_too_short(tmp_path, clock) -> None:
    powercap, meter = rapl(tmp_path, clock, 0)
    clock.wait(0.05)
    powercap.use(1)
    refusal(meter, "0.050 s", "at least 0.1 s")
    clock.wait(0.06)
    assert energy(meter).joules == pytest.approx(1)


@pytest.mark.parametrize("content", [None, "", "garbage\n"])
def test_rapl_reports_an_unreadable_counter(tmp_path, clock, content) -> None:
    powercap, meter = rapl(tmp_path, clock, 0)
    clock.wait(1)
    if content is None:
        powercap.energy(0).unlink()
    else:
        powercap.energy(0).write_text(content)
    refusal(meter, "cannot be read", "again")
