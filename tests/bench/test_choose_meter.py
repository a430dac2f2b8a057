"""Each kind of device has its meter, which gives energy or a reason."""

import sys
import time
from types import SimpleNamespace

import akida
import pytest

from qana.bench.meters.choose_meter import choose_meter
from qana.bench.readings import Reading
from qana.errors import UserError
from tests.doubles.meter_checks import clock, refusal

__all__ = ["clock"]


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


def test_the_simulator_has_no_energy_of_its_own(clock) -> None:
    for device in (None, akida.AKD1000()):
        meter = choose_meter("akida", device)
        meter.start()
        refusal(meter, "simulator uses no chip", "AKD1000")
        meter.close()


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
