"""A photo's energy follows its events as a published measurement of one network does."""

from dataclasses import replace

import pytest

from qana.bench.board_model import Estimate, fit_board_models
from qana.bench.event_scaling import COLUMNS, TRAINED_DENSITY, fit_event_response, scale_by_events
from qana.errors import UserError

MODELS = fit_board_models()


@pytest.fixture
def energy() -> Estimate:
    return next(model for model in MODELS if model.quantity == "energy").predict(54.7)


@pytest.mark.parametrize("quantity", COLUMNS)
def test_most_of_each_quantity_is_proportional_to_the_events(quantity: str) -> None:
    response = fit_event_response(quantity)
    assert 0.85 < response.share < 1
    assert 0 < response.deviation < 0.1
    assert response.lowest < 0.5 and response.highest > 2
    dense = response.compute_factor(1 / TRAINED_DENSITY)
    assert dense == pytest.approx(2.298 / 1.110, rel=0.1), "published: all neurons fire"


def test_the_mean_photo_costs_the_estimate(energy: Estimate) -> None:
    assert scale_by_events(energy, 900, 900) == energy


@pytest.mark.parametrize("ratio", [0.5, 0.9, 1.1, 2])
def test_energy_scales_with_events_and_the_interval_widens(energy: Estimate, ratio: float) -> None:
    scaled = scale_by_events(energy, 1000 * ratio, 1000)
    ends = sorted([energy.value, energy.value * ratio])
    assert ends[0] < scaled.value < ends[1]
    assert abs(scaled.value / energy.value - ratio) < abs(ratio - 1) / 5
    assert scaled.high / scaled.low > energy.high / energy.low
    assert "this photo's events" in scaled.source and scaled.provenance == "modelled"
    assert not scaled.extrapolated


@pytest.mark.parametrize("ratio", [0.2, 3])
def test_far_from_the_published_figures_the_estimate_is_extrapolated(
    energy: Estimate, ratio: float
) -> None:
    assert scale_by_events(energy, 1000 * ratio, 1000).extrapolated
    outside = replace(energy, extrapolated=True)
    assert scale_by_events(outside, 1100, 1000).extrapolated


def test_zero_events_raise(energy: Estimate) -> None:
    for events, mean in ((0, 1000), (1000, 0)):
        with pytest.raises(UserError, match="above zero"):
            scale_by_events(energy, events, mean)
