"""A chip is used where one fits, with the vendor's virtual devices in the place of plugged ones."""

import akida
import numpy as np
import pytest

from qana.inference.backend import CHIP, SIMULATOR, choose_backend, choose_model, find_target
from qana.inference.manifest import DEFAULT_MODEL, find_entry


@pytest.fixture
def model() -> akida.Model:
    return akida.Model(str(find_entry("akida2").path))


def test_without_a_chip_the_simulator_answers(model: akida.Model) -> None:
    placed = choose_backend(model)
    if not akida.devices():
        assert placed.kind == SIMULATOR
        assert "Akida 2.0 simulator" in placed.device


def test_a_chip_of_the_other_generation_is_passed_over(model: akida.Model, monkeypatch) -> None:
    monkeypatch.setattr(akida, "devices", lambda: [akida.AKD1000()])
    assert choose_backend(model).kind == SIMULATOR
    image = np.zeros((1, *model.input_shape), np.uint8)
    assert model.predict(image).shape == (1, 1, 1, 7)


def test_the_first_chip_that_takes_the_whole_model_is_used(model, monkeypatch) -> None:
    fitting = akida.TwelveNodesIPv2()
    monkeypatch.setattr(akida, "devices", lambda: [akida.AKD1000(), fitting])
    placed = choose_backend(model)
    assert placed.kind == CHIP
    assert placed.device == str(fitting.desc)


@pytest.mark.parametrize(
    ("chip", "target"),
    [(akida.AKD1000, "akd1000"), (akida.AKD1500, "akd1000"), (akida.TwelveNodesIPv2, "akida2")],
)
def test_a_plugged_in_chip_asks_for_a_model_of_its_generation(chip, target, monkeypatch) -> None:
    monkeypatch.setattr(akida, "devices", lambda: [chip()])
    assert find_target() == target
    assert choose_model() == target  # the deployed models are named as their targets
    monkeypatch.setattr(akida, "devices", list)
    assert find_target() is None
    assert choose_model() == DEFAULT_MODEL
