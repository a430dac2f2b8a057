"""Tests of the spike generator: rates, thresholds, whitening, and equality with the engine."""

import warnings

import akida
import numpy as np
import pytest

from qana.conversion.mapping import check_mapping
from qana.edge_learning import spike_generator as spikes
from qana.edge_learning.edge_model import load_edge_model
from qana.edge_learning.spike_generator import (
    SPIKE_LAYER,
    append_spike_generator,
    build_spike_generator,
    compute_feature_maps,
    remove_head,
)
from qana.edge_learning.teaching_photos import load_teaching_photos
from qana.imaging import to_input
from qana.inference.manifest import find_entry

COUNT = 256


@pytest.fixture(scope="module")
def network() -> akida.Model:
    return akida.Model(str(find_entry("akd1000").path))


@pytest.fixture(scope="module")
def front(network: akida.Model) -> akida.Model:
    return remove_head(network)


@pytest.fixture(scope="module")
def photos(network: akida.Model) -> np.ndarray:
    """(70, S, S, 3) uint8."""
    return np.stack([to_input(one.image, network.input_shape[0]) for one in load_teaching_photos()])


@pytest.fixture(scope="module")
def maps(front: akida.Model, photos: np.ndarray) -> np.ndarray:
    return compute_feature_maps(front, photos)


def run_generator(generator: akida.Model, maps: np.ndarray) -> np.ndarray:
    """(N, S) of 0 and 1."""
    return generator.forward(maps).reshape(len(maps), -1)


def test_the_front_ends_in_the_last_feature_map(front: akida.Model, maps: np.ndarray) -> None:
    assert maps.dtype == np.uint8
    assert maps.shape[1] == maps.shape[2] > 1
    assert 0 < maps.max() <= 15  # 4 bits


@pytest.mark.parametrize("whitening", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("share", [0.05, 0.2, 0.4])
def test_each_spike_fires_in_about_its_share_of_the_photos(
    maps: np.ndarray, share: float, whitening: float
) -> None:
    found = run_generator(build_spike_generator(maps, COUNT, share, whitening, seed=0), maps)
    assert found.shape == (len(maps), COUNT)
    assert found.dtype == np.uint8
    assert set(np.unique(found)) == {0, 1}
    rates = found.mean(axis=0)
    assert (rates <= share + 1 / len(maps)).all()
    # Photos that are alike in a spike stay below together, the more the coarser its weights are.
    assert rates.mean() >= (0.7 if whitening == 1 else 0.9) * share - 1 / len(maps)


def test_a_spike_fires_where_its_weighing_of_the_mean_features_is_largest(maps) -> None:
    generator = build_spike_generator(maps, COUNT, 0.2, 0.5, seed=0)
    fires = run_generator(generator, maps).astype(bool)
    weights = generator.get_layer(SPIKE_LAYER).get_variable("weights")[0, 0].astype(np.float64)
    assert np.abs(weights).max() <= 7
    weighed = maps.mean(axis=(1, 2)) @ weights
    for spike in np.flatnonzero(fires.any(axis=0)):
        firing, silent = weighed[fires[:, spike], spike], weighed[~fires[:, spike], spike]
        assert firing.min() > silent.max() - 1  # the chip's average is an integer


def test_whitening_increases_the_weights_of_features_with_little_variance(maps: np.ndarray) -> None:
    deviations = maps.mean(axis=(1, 2)).std(axis=0)
    quiet = deviations < np.median(deviations)

    def compute_quiet_share(whitening: float) -> float:
        layer = build_spike_generator(maps, COUNT, 0.2, whitening, seed=0).get_layer(SPIKE_LAYER)
        weights = np.abs(layer.get_variable("weights")[0, 0].astype(np.float64))
        return float(weights[quiet].sum() / weights.sum())

    assert compute_quiet_share(0.0) == pytest.approx(quiet.mean(), abs=0.05)
    assert quiet.mean() + 0.05 < compute_quiet_share(0.5) < compute_quiet_share(1.0)


def test_features_that_are_always_zero_do_not_affect_the_others(maps: np.ndarray) -> None:
    half = maps.copy()
    half[..., ::2] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for whitening in (0.5, 1.0):
            rates = run_generator(
                build_spike_generator(half, COUNT, 0.2, whitening, seed=0), half
            ).mean(axis=0)
            assert 0.1 < rates.mean() <= 0.2 + 1 / len(maps)


def test_the_same_seed_draws_the_same_codes(maps: np.ndarray) -> None:
    first, again, other = (
        run_generator(build_spike_generator(maps, COUNT, 0.2, 0.5, seed), maps)
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.1
    assert len({column.tobytes() for column in first.T}) > 0.9 * COUNT  # no spike twice


def test_photos_to_spikes_in_one_network_or_in_two_steps(
    front: akida.Model, photos: np.ndarray, maps: np.ndarray
) -> None:
    generator = build_spike_generator(maps, COUNT, 0.2, 0.5, seed=0)
    whole = append_spike_generator(front, generator)
    found = whole.forward(photos)
    assert found.shape == (len(photos), 1, 1, COUNT)
    np.testing.assert_array_equal(found, generator.forward(maps))
    one_by_one = np.concatenate([whole.forward(photo[None]) for photo in photos[:5]])
    np.testing.assert_array_equal(one_by_one, found[:5])
    np.testing.assert_array_equal(
        compute_feature_maps(front, photos[:5]), maps[:5]
    )  # the front did not change
    assert check_mapping(whole, "akd1000")["AKD1000"].passes == 1


def test_the_deployed_model_has_the_spikes_of_its_record(photos: np.ndarray) -> None:
    edge = load_edge_model()
    found = edge.compute_spikes(photos)
    assert found.shape == (len(photos), 1, 1, edge.record["spikes"])
    assert set(np.unique(found)) == {0, 1}
    # Its shares were set on other photos, most of them of one class.
    assert 0.5 < found.mean() / edge.record["share"] < 2
    again = np.concatenate(
        [edge.compute_spikes(edge.to_inputs(one.image)) for one in load_teaching_photos()[:5]]
    )
    np.testing.assert_array_equal(again, found[:5])


def test_codes_without_the_engine_are_the_engines_to_the_bit(maps: np.ndarray) -> None:
    generator = build_spike_generator(maps[::2], COUNT, 0.2, 0.5, seed=3)
    np.testing.assert_array_equal(spikes.generate_spikes(generator, maps), generator.forward(maps))
