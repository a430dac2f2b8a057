"""The interval of a graphics card contains its true energy, and a lost card gives a reason."""

import sys
import uuid

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qana.bench.meters.nvml import NvmlMeter
from tests.doubles.meter_checks import clock, energy, refusal
from tests.doubles.meter_doubles import Card, Clock

__all__ = ["clock"]


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
