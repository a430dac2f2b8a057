"""The interval of a board contains its true energy, and a board without power gives a reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qana.bench.meters.akida_power import AkidaPowerMeter
from tests.doubles.meter_checks import clock, energy, refusal
from tests.doubles.meter_doubles import Board, Clock

__all__ = ["clock"]


def working(ms: int) -> float:
    """Inference, with a pause in every second; the board's floor is 905 mW."""
    return 905.0 if ms % 1000 < 300 else 1010.0


def akida_meter(board: Board) -> AkidaPowerMeter:
    meter = AkidaPowerMeter(board, board.clock)
    meter.start()
    return meter


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2_000), st.integers(1_700, 12_000), st.integers(0, 141))
def test_akida_interval_contains_the_true_energy(offset, duration, lag) -> None:
    clock = Clock()
    clock.ms += offset
    board = Board(clock, working, lag)
    meter = akida_meter(board)
    begun = clock.ms
    clock.ms += duration
    read = energy(meter)
    assert read.low <= board.joules(begun, clock.ms) <= read.high
    assert read.seconds == pytest.approx(duration / 1000)


def test_akida_interval_is_narrower_when_read_often(clock) -> None:
    often, late = (akida_meter(Board(clock, working)) for _ in range(2))
    begun = clock.ms
    for _ in range(8):
        clock.wait(5)
        well = energy(often)
    badly = energy(late)
    true = Board(clock, working).joules(begun, clock.ms)
    assert well.low <= true <= well.high and badly.low <= true <= badly.high
    assert well.joules == pytest.approx(true, rel=0.005)
    assert well.high - well.low < 0.5 * (badly.high - badly.low)


@pytest.mark.parametrize("hidden", [905.0, 1010.0])
def test_akida_interval_contains_power_of_lost_events(clock, hidden) -> None:
    """The list of events overflows between two readings."""
    begun = clock.ms
    board = Board(clock, lambda ms: hidden if begun + 5_000 <= ms < begun + 20_000 else working(ms))
    meter = akida_meter(board)
    clock.wait(5)
    before = energy(meter)
    clock.wait(30)
    read = energy(meter)
    assert read.low <= board.joules(begun, clock.ms) <= read.high
    assert read.high - read.low > 10 * (before.high - before.low)


@pytest.mark.parametrize(("before", "last"), [(905.0, 2010.0), (2010.0, 905.0)])
def test_akida_interval_contains_the_lag_of_the_sensor(clock, before, last) -> None:
    clock.ms = 40 * 141 - 1
    begun, end = clock.ms, 60 * 141

    def milliwatts(ms: int) -> float:
        if begun <= ms < end - 141:
            return 905.0 if ms % 1000 < 300 else 2010.0
        return before if ms < begun else last

    board = Board(clock, milliwatts, lag=141)
    meter = akida_meter(board)
    clock.ms = end
    read = energy(meter)
    assert read.low <= board.joules(begun, end) <= read.high


def test_akida_counts_events_of_the_last_inference(clock) -> None:
    board = Board(clock, working)
    meter = akida_meter(board)
    clock.wait(4)
    board.inference_power_events = board.events()
    board.soc.power_meter.events = list
    assert energy(meter).joules == pytest.approx(4 * 0.98, rel=0.03)


def test_akida_refuses_a_run_that_is_too_short(clock) -> None:
    meter = akida_meter(Board(clock, working))
    refusal(meter, "0 times", "at least 3 s")
    clock.wait(1.2)
    refusal(meter, "8 times in 1.2 s", "at least 3 s")


def test_akida_ignores_events_before_the_start(clock) -> None:
    board = Board(clock, lambda ms: 905.0 if ms < 9_000 else 1010.0)
    meter = akida_meter(board)
    clock.ms = 9_000
    meter.start()
    clock.wait(3)
    assert energy(meter).joules == pytest.approx(3 * 1.01, rel=0.005)


def test_akida_reports_a_missing_power_sensor(clock) -> None:
    board = Board(clock, working)
    board.soc = None
    refusal(akida_meter(board), "no power sensor", "AKD1000")


def test_akida_reports_a_lost_board(clock) -> None:
    board = Board(clock, working)
    meter = akida_meter(board)

    def gone() -> list:
        raise RuntimeError("PCIe device lost")

    board.soc.power_meter.events = gone
    refusal(meter, "PCIe device lost", "plugged in")
    meter.start()
    refusal(meter, "PCIe device lost", "plugged in")


def test_akida_reports_a_sensor_without_power(clock) -> None:
    meter = akida_meter(Board(clock, lambda ms: 0.0))
    clock.wait(5)
    refusal(meter, "no power", "akida")


def test_akida_restores_the_power_measurement_setting(clock) -> None:
    board = Board(clock, working)
    meter = akida_meter(board)
    assert board.soc.power_measurement_enabled
    meter.start()
    meter.close()
    meter.close()
    assert not board.soc.power_measurement_enabled
    refusal(meter, "not started", "Start")
