"""A clock for the doubles of meters, and what a reading or a refusal must hold."""

import pytest

from qana.bench.readings import Meter, NotMeasurable, Reading
from tests.doubles.meter_doubles import Clock


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
