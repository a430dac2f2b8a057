"""A narrow network starts with the answers of the wide one."""

import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")

from qana.cli.train import find_missing_parent  # noqa: E402
from qana.edge_learning.teaching_photos import load_teaching_photos  # noqa: E402
from qana.imaging import read_image, to_input  # noqa: E402
from qana.inference.classifier import load_classifier  # noqa: E402
from qana.inference.diagnosis import diagnose  # noqa: E402
from qana.inference.manifest import find_entry  # noqa: E402
from qana.network.builders import build_network  # noqa: E402
from qana.network.initialize_narrow import NARROWED_MAPS, initialize_narrow, select_channels  # noqa: E402
from qana.network.least_squares import compute_outputs  # noqa: E402
from qana.network.logits import compute_logits  # noqa: E402
from qana.network.macs import count_macs  # noqa: E402
from qana.training.activation_penalty import find_event_layers  # noqa: E402
from qana.training.distillation import COMPARED_LAYERS  # noqa: E402
from qana.training.named_recipes import RECIPES  # noqa: E402
from qana.training.parent_model import ParentModel  # noqa: E402

HELD_OUT = 2
"""Number of held-out photos, of the ten teaching photos of each class."""


@pytest.fixture(scope="module")
def photos() -> dict[str, np.ndarray]:
    """(N, 128, 128, 3) uint8 photos: to fit the weights, and held out."""
    found = np.stack([to_input(one.image, 128) for one in load_teaching_photos()])
    held_out = np.arange(len(found)) % 10 < HELD_OUT
    return {"fit": found[~held_out], "held_out": found[held_out]}


@pytest.fixture(scope="module")
def wide():
    return ParentModel(RECIPES["akida2"].ancestor).network


@pytest.fixture(scope="module")
def narrow(wide, photos):
    model = build_network("qana", narrow=True)
    initialize_narrow(model, wide, photos["fit"])
    return model


def test_before_training_it_answers_like_the_wide_network(narrow, wide, photos) -> None:
    found, expected = (compute_logits(one, photos["held_out"]) for one in (narrow, wide))
    pairs = zip(found.T, expected.T, strict=True)
    assert np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs]) > 0.8
    untrained = compute_logits(build_network("qana", narrow=True), photos["held_out"])
    assert np.abs(found - expected).mean() < np.abs(untrained - expected).mean() / 2


@pytest.mark.parametrize(
    ("block", "least"),
    [*zip(NARROWED_MAPS, (0.98, 0.86, 0.82), strict=True)],
    ids=[block.last for block in NARROWED_MAPS],
)
def test_a_narrow_block_explains_most_of_the_output_of_the_wide_one(
    block, least, narrow, wide, photos
) -> None:
    found, expected = (
        compute_outputs(model, model.get_layer(f"{block.last}_bn").output, photos["held_out"])
        for model in (narrow, wide)
    )
    missing = ((found - expected) ** 2).mean((0, 1, 2)).sum()
    assert 1 - missing / expected.var((0, 1, 2)).sum() > least


@pytest.fixture(scope="module")
def compact(wide, photos):
    model = build_network("qana", compact=True)
    initialize_narrow(model, wide, photos["fit"])
    return model


@pytest.mark.slow
def test_a_compact_network_starts_close_to_the_wide_one(compact, wide, photos) -> None:
    found, expected = (compute_logits(one, photos["held_out"]) for one in (compact, wide))
    pairs = zip(found.T, expected.T, strict=True)
    assert np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs]) > 0.75
    for name, least in (("block1_project_bn", 0.75), ("block3_project_bn", 0.5)):
        ours, theirs = (
            compute_outputs(one, one.get_layer(name).output, photos["held_out"])
            for one in (compact, wide)
        )
        missing = ((ours - theirs) ** 2).mean((0, 1, 2)).sum()
        assert 1 - missing / theirs.var((0, 1, 2)).sum() > least, name


@pytest.mark.slow
def test_a_compact_stem_has_channels_of_the_wide_one(compact, wide) -> None:
    (ours,), (theirs,) = (one.get_layer("stem_conv").get_weights() for one in (compact, wide))
    channels = {kernel.tobytes() for kernel in np.moveaxis(theirs, -1, 0)}
    assert all(kernel.tobytes() in channels for kernel in np.moveaxis(ours, -1, 0))


def test_a_compact_network_has_fewer_places_for_events_and_fits_the_limits() -> None:
    narrow, compact = build_network("qana", narrow=True), build_network("qana", compact=True)
    places = [
        sum(int(np.prod(layer.output_shape[1:])) for layer in find_event_layers(one))
        for one in (narrow, compact)
    ]
    assert places[1] < 0.76 * places[0]
    assert count_macs(compact) < 55e6 and compact.count_params() < 1e6
    assert set(COMPARED_LAYERS) <= {layer.name for layer in compact.layers}
    with pytest.raises(ValueError, match="either narrow or compact"):
        build_network("qana", narrow=True, compact=True)


def test_every_layer_gets_weights_and_the_wide_network_stays(narrow, wide) -> None:
    before = ParentModel(RECIPES["akida2"].ancestor).network.get_weights()
    for now, then in zip(wide.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
    for layer in narrow.layers:
        assert all(np.isfinite(w).all() for w in layer.get_weights()), layer.name
    for block in NARROWED_MAPS:
        before, after = (m.get_layer(f"{block.last}_conv").input_shape for m in (wide, narrow))
        assert before[1:3] == after[1:3]
        assert after[3] < before[3]


def test_the_largest_map_is_avoided(narrow, wide) -> None:
    largest = [
        max(np.prod(layer.output_shape[1:]) for layer in one.layers if layer.weights)
        for one in (wide, narrow)
    ]
    assert largest == [64 * 64 * 96, 64 * 64 * 24]


def test_it_costs_less(narrow, wide, samples) -> None:
    """The deployed network needs one pass, and fewer MACs and events than the larger one."""
    assert count_macs(narrow) < 0.89 * count_macs(wide)
    small, large = find_entry("akida2"), find_entry("akida2-large")
    assert small.macs < large.macs <= 55e6
    assert max(small.parameters, large.parameters) <= 1e6
    passes = small.record["conversion"]["passes"]
    assert passes["TwelveNodesIPv2"] == 1 and passes["SixNodesIPv2"] <= 3
    few, many = (
        diagnose(
            read_image(samples[0].path), load_classifier(entry.name), force=True
        ).prediction.events
        for entry in (small, large)
    )
    assert few < 0.65 * many


def test_channels_that_determine_the_output_are_kept() -> None:
    random = np.random.default_rng(0)
    useful = random.normal(size=(500, 3))
    noise = random.normal(size=(500, 5))
    # Channel 2 is a noisy copy of channel 0, so it can be dropped.
    copy = useful[:, :1] + 0.3 * random.normal(size=(500, 1))
    read = np.concatenate([useful[:, :2], copy, noise, useful[:, 2:]], axis=1)
    target = useful @ random.normal(size=(3, 4))
    assert list(select_channels(read, target, 3)) == [0, 1, 8]


def test_a_missing_parent_is_trained_first(tmp_path, monkeypatch) -> None:
    assert find_missing_parent(RECIPES["akida2"]) is None
    monkeypatch.setenv("QANA_MODELS", str(tmp_path))
    assert find_missing_parent(RECIPES["akida2"]) is RECIPES["akida2-large"]
    assert find_missing_parent(RECIPES["akida2-large"]) is None
