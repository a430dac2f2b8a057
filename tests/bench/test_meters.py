"""Meters: the interval contains the true energy, and a meter without energy gives a reason."""

import sys
import time
import uuid
from pathlib import Path
from types import SimpleNamespace

import akida
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qana.bench.meters.akida_power import AkidaPowerMeter
from qana.bench.meters.choose_meter import choose_meter
from qana.bench.meters.nvml import NvmlMeter
from qana.bench.meters.rapl import RaplMeter
from qana.bench.readings import Meter, NotMeasurable, Reading
from qana.errors import UserError
from tests.doubles.meter_doubles import INTEL_RANGE, Board, Card, Clock, Powercap


@pytest.fixture
def clock() -> Clock:
    return Clock()


def energy(meter: Meter) -> Reading:
    read = meter.read()
    assert isinstance(read, Reading), read
    assert 0 <= read.low < read.joules < read.high
    return read


def refusal(meter: Meter, reason: str, remedy: str) -> None:
    read = meter.read()
    assert isinstance(read, NotMeasurable), read
    assert read.meter == meter.name
    assert reason in read.reason and read.reason.endswith(".")
    assert remedy in read.remedy and read.remedy.endswith(".")


# RAPL


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


# NVML


def nvml(card: Card, uuid: str | None = None) -> NvmlMeter:
    meter = NvmlMeter(uuid, card.module(), card.clock)
    meter.start()
    return meter


@settings(deadline=None)
@example(0, 1_099, 250.0)  # the counter is exact at the start and stalest at the end
@example(99, 1_001, 250.0)  # and the other way round
@given(st.integers(0, 250), st.integers(1_000, 12_000), st.floats(3, 700))
def test_nvml_interval_contains_the_true_energy(offset, duration, watts) -> None:
    clock = Clock()
    clock.ms += offset
    card = Card(clock, watts)
    meter = nvml(card)
    clock.ms += duration
    read = energy(meter)
    assert read.low - 1e-9 <= watts * duration / 1000 <= read.high + 1e-9
    assert read.high - read.low < 0.25 * read.joules


def test_nvml_interval_is_narrow_for_a_long_run(clock) -> None:
    meter = nvml(Card(clock))
    clock.wait(10)
    read = energy(meter)
    assert read.joules == pytest.approx(2500, rel=0.01)
    assert read.high / read.low < 1.03
    assert read.covers.startswith("the whole graphics card named NVIDIA GeForce RTX 3090")


def test_nvml_opens_the_card_with_the_given_uuid(clock) -> None:
    card = Card(clock)
    nvml(card, "GPU-5a8b")
    nvml(card)
    assert card.asked == ["GPU-5a8b", 0]


@pytest.mark.parametrize("prefix", ["GPU-", "MIG-"])
@pytest.mark.parametrize("number", range(10))
def test_nvml_names_a_mig_slice_as_one(clock, prefix: str, number: int) -> None:
    digits = str(uuid.UUID(int=number * 0x1234567890ABCDEF))
    card = Card(clock, slices=(digits,))
    meter = nvml(card, f"{prefix}{digits}")
    clock.wait(2)
    refusal(meter, f"MIG-{digits} is a MIG slice of an NVIDIA card", "whole card")
    refusal(meter, "no energy counter of its own", "whole card")
    meter.close()
    assert card.opened == 0


def test_nvml_mentions_slices_where_it_cannot_find_out(clock) -> None:
    card = Card(clock)
    card.fails["handle"] = 6
    refusal(nvml(card, "GPU-5a8b"), "A MIG slice of a card has no energy counter", "whole one")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NVIDIA H100 80GB HBM3", "GPU-5a8b"),
        ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", "MIG-5a8b"),
        ("NVIDIA H200 MIG 3g.71gb", "MIG-5a8b"),
    ],
)
def test_the_meter_of_a_card_gets_the_identifier_of_nvml(name, expected, monkeypatch) -> None:
    card = SimpleNamespace(name=name, uuid="5a8b")
    cuda = SimpleNamespace(is_available=lambda: True, get_device_properties=lambda _device: card)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    opened = []
    monkeypatch.setattr("qana.bench.meters.choose_meter.NvmlMeter", opened.append)
    choose_meter("cuda")
    assert opened == [expected]


def test_nvml_refuses_a_run_that_is_too_short(clock) -> None:
    meter = nvml(Card(clock))
    clock.wait(0.9)
    refusal(meter, "0.90 s", "at least 1 s")


@pytest.mark.parametrize(
    ("call", "code", "reason", "remedy"),
    [
        ("init", 12, "no NVIDIA driver", "driver"),
        ("init", 9, "not loaded", "driver"),
        ("init", 18, "two versions", "restart"),
        ("handle", 2, "no such card", "nvidia-smi -L"),
        ("handle", 6, "no such card", "nvidia-smi -L"),
        ("energy", 3, "no energy counter", "Volta"),
        ("energy", 4, "may not read", "administrator"),
        ("energy", 15, "lost", "Wake"),
        ("energy", 999, "Unknown Error", "Wake"),
    ],
)
def test_nvml_explains_why_a_card_cannot_be_read(clock, call, code, reason, remedy) -> None:
    card = Card(clock)
    card.fails[call] = code
    meter = nvml(card)
    clock.wait(2)
    refusal(meter, reason, remedy)
    meter.close()
    assert card.opened == 0


def test_nvml_reports_a_lost_card_and_continues_when_it_is_back(clock) -> None:
    card = Card(clock)
    meter = nvml(card)
    clock.wait(2)
    card.fails["energy"] = 15
    refusal(meter, "lost", "Wake")
    card.fails.clear()
    assert energy(meter).joules == pytest.approx(500)


def test_nvml_reports_a_reloaded_driver(clock) -> None:
    card = Card(clock)
    meter = nvml(card)
    clock.wait(5)
    card.base = -1_000_000
    refusal(meter, "went back", "again")
    clock.wait(60)
    refusal(meter, "went back", "again")


def test_nvml_reports_a_counter_that_does_not_move(clock) -> None:
    meter = nvml(Card(clock, watts=0))
    clock.wait(5)
    refusal(meter, "does not move", "Wake")


def test_nvml_names_the_missing_package(clock, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    meter = NvmlMeter(clock=clock)
    meter.start()
    refusal(meter, "not installed", "pip install nvidia-ml-py==")
    meter.close()


def test_nvml_is_released_once_and_opens_again(clock) -> None:
    card = Card(clock)
    meter = nvml(card)
    meter.start()
    assert card.opened == 1
    meter.close()
    meter.close()
    assert card.opened == 0
    refusal(meter, "not started", "Start")
    meter.start()
    clock.wait(2)
    assert energy(meter).joules == pytest.approx(500)
    card.fails["shutdown"] = 1
    meter.close()


# Akida


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


def test_the_simulator_has_no_energy_of_its_own(clock) -> None:
    for device in (None, akida.AKD1000()):
        meter = choose_meter("akida", device)
        meter.start()
        refusal(meter, "simulator uses no chip", "AKD1000")
        meter.close()


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


# Which meter


@pytest.mark.parametrize("kind", ["akida", "cuda", "cpu", "mps"])
def test_each_meter_gives_energy_or_a_reason_on_this_machine(kind: str) -> None:
    meter = choose_meter(kind)
    meter.start()
    ends = time.monotonic() + 0.2
    while time.monotonic() < ends:
        sum(range(1000))
    read = meter.read()
    meter.close()
    if isinstance(read, Reading):
        assert 0 <= read.low < read.joules < read.high and read.seconds >= 0.2
    else:
        assert read.meter and read.reason and read.remedy


def test_an_unknown_kind_of_meter_raises() -> None:
    with pytest.raises(UserError, match="choose akida, cuda, cpu or mps"):
        choose_meter("tpu")
