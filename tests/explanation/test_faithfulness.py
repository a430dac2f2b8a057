"""Tests of the faithfulness scores and of the run that measures them."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from qana.data.ham10000 import read_ham10000
from qana.data.lesion_masks import draw_outlines, fill_outlines, read_mask, read_outlines
from qana.errors import DataError, ExplanationError
from qana.explanation.akida_map import AkidaMap
from qana.explanation.faithfulness import (
    MapScores,
    compute_agreement,
    compute_curve_areas,
    compute_drift,
    compute_energy_in_mask,
    make_perturbed_photos,
    points_at_lesion,
    score_maps,
)
from qana.explanation.faithfulness_table import CENTRE_BLOB, summarize_faithfulness
from qana.explanation.measure_faithfulness import measure_faithfulness
from qana.explanation.occlusion import blur_photo, compute_occlusion_map
from qana.explanation.photo_scorer import AKIDA_MAP
from qana.explanation.photo_scores import PhotoScores
from qana.explanation.sanity_checks import (
    compare_with_shuffled_heads,
    make_centre_blob,
    make_random_map,
)
from qana.imaging import read_image

SIZE = 128
SPOT = np.s_[16:48, 80:112]


@pytest.fixture
def photo() -> np.ndarray:
    """A white spot on black. `brightness` depends on the spot only."""
    made = np.zeros((SIZE, SIZE, 3), np.uint8)
    made[SPOT] = 255
    return made


@pytest.fixture
def mask() -> np.ndarray:
    made = np.zeros((SIZE, SIZE), bool)
    made[SPOT] = True
    return made


def brightness(inputs: np.ndarray) -> np.ndarray:
    """A network with the brightness of the spot as the logit of the fourth class."""
    logits = np.zeros((len(inputs), 7), np.float32)
    logits[:, 3] = inputs[(slice(None), *SPOT)].mean(axis=(1, 2, 3)) / 32
    return logits


def probability(inputs: np.ndarray) -> np.ndarray:
    return brightness(inputs)[:, 3] / 8


def test_occlusion_finds_the_place_that_the_network_uses(photo, mask) -> None:
    shares: list[float] = []
    found = compute_occlusion_map(brightness, photo, 3, progress=shares.append)
    assert found.shape == (SIZE, SIZE) and found.min() >= 0
    assert mask[np.unravel_index(found.argmax(), found.shape)]
    assert found[80:].max() == 0
    assert shares == sorted(shares) and shares[-1] == 1


def test_occlusion_runs_on_akida(classifier, square_photos) -> None:
    label = int(classifier.logits(square_photos[:1]).argmax())
    found = compute_occlusion_map(
        classifier.logits, square_photos[0], label, classifier.entry.temperature
    )
    assert found.shape == (SIZE, SIZE) and 0 < found.max() <= 1


def test_a_map_of_the_used_place_scores_better_than_one_of_the_rest(photo, mask) -> None:
    found = score_maps(
        probability, photo, {"right": mask.astype(float), "wrong": (~mask).astype(float)}, mask
    )
    right, wrong = found["right"], found["wrong"]
    assert right.energy == 1 and wrong.energy == 0
    assert right.pointing == 1 and wrong.pointing == 0
    assert right.deletion < wrong.deletion
    assert right.insertion > wrong.insertion


def test_deletion_blurs_the_largest_values_first(photo, mask) -> None:
    blurred = blur_photo(photo)
    made = make_perturbed_photos(photo, mask.astype(float))
    assert len(made) == 10
    assert np.array_equal(made[0][mask], blurred[mask])  # the spot is a sixteenth of the photo
    assert np.array_equal(made[5][mask], photo[mask])
    assert np.array_equal(made[5][64:, :16], blurred[64:, :16])


def test_areas_of_straight_curves() -> None:
    straight = [0.9, 0.75, 0.6, 0.4, 0.2, 0.1, 0.25, 0.4, 0.6, 0.8]
    assert compute_curve_areas(np.array(straight), 1.0, 0.0) == pytest.approx((0.5, 0.5))


def test_a_constant_map_counts_as_evenly_spread(mask) -> None:
    nothing = np.zeros((SIZE, SIZE))
    assert compute_energy_in_mask(nothing, mask) == pytest.approx(mask.mean())
    assert not points_at_lesion(nothing, mask)
    assert compute_agreement(nothing, make_centre_blob(SIZE)) == 0


def test_agreement_depends_on_order_and_not_on_scale() -> None:
    values = make_random_map(1)
    assert compute_agreement(values, 5 * values + 3) == pytest.approx(1)
    assert compute_drift(values, values.max() - values) == pytest.approx(2)
    assert abs(compute_agreement(values, make_random_map(2))) < 0.5


def test_shuffling_the_weights_changes_the_map(classifier, samples) -> None:
    akida_map = AkidaMap(classifier.layers)
    left = []
    for number, sample in enumerate(samples):
        prediction = classifier.classify(read_image(sample.path))
        label = int(prediction.logits.argmax())
        evidence = akida_map.compute_evidence(prediction.outputs, akida_map.weights)
        same = akida_map.compute_grad_cam(prediction.outputs, label)
        assert compute_agreement(np.maximum(evidence[..., label], 0), same) == pytest.approx(1)
        left.append(compare_with_shuffled_heads(akida_map, prediction.outputs, label, number))
    assert np.mean(left) < 0.3


def test_the_outlines_are_those_of_the_samples(samples) -> None:
    outlines = read_outlines()
    assert set(outlines) == {sample.image_id for sample in samples}
    for lines in outlines.values():
        assert 0.01 < fill_outlines(lines, SIZE).mean() < 0.99
        picture = draw_outlines(np.full((512, 512, 3), 90, np.uint8), lines)
        assert (picture != 90).any()


def make_scores(akida: float, centre: float) -> PhotoScores:
    """Makes the scores of one photo."""
    methods = {
        name: MapScores(energy=value, pointing=1.0, deletion=1 - value, insertion=value)
        for name, value in ((AKIDA_MAP, akida), (CENTRE_BLOB, centre))
    }
    return PhotoScores(
        methods=methods,
        agreement={f"{AKIDA_MAP} | {CENTRE_BLOB}": 0.5},
        drift={"float to 8/8": 0.1},
        against_grad_cam=1e-5,
        mask_share=0.3,
    )


@pytest.mark.parametrize("akida", [0.2, 0.8])
def test_a_map_beats_the_centre_blob_if_the_whole_interval_is_above_it(akida: float) -> None:
    rng = np.random.default_rng(0)
    photos = [make_scores(akida + 0.1 * rng.normal(), 0.5) for _ in range(30)]
    lesions, sanity = [f"L{number}" for number in range(30)], [0.1] * 30
    found = summarize_faithfulness(photos, sanity, lesions)
    gains = found["against_centre"][AKIDA_MAP]
    assert [gains[name]["beats"] for name in ("energy", "deletion")] == [akida > 0.5] * 2
    pointing = found["methods"][AKIDA_MAP]["pointing"]
    assert pointing["mean"] == 1 and pointing["ci95"][0] < 0.95
    equal = [make_scores(0.5 + 0.1 * (-1) ** number, 0.5) for number in range(30)]
    found = summarize_faithfulness(equal, sanity, lesions)
    assert not found["against_centre"][AKIDA_MAP]["energy"]["beats"]


def test_stored_scores_are_not_measured_again(
    ham_folder: Path, classifier, tmp_path, monkeypatch
) -> None:
    """A run that has the scores of every photo needs no TensorFlow."""
    asked = []
    monkeypatch.setattr(
        "qana.explanation.measure_faithfulness.measure_image_types",
        lambda _classifier, photos, count, _progress: asked.append((len(photos), count)) or [],
    )
    store = tmp_path / "explanations" / f"{classifier.entry.sha256[:12]}.jsonl"
    store.parent.mkdir()
    lines = [
        json.dumps({"image_id": photo.image_id, **asdict(make_scores(0.6, 0.5))})
        for photo in read_ham10000(ham_folder)
    ]
    store.write_text("\n".join(lines) + '\n{"image_id": "half a li')
    messages: list[str] = []
    document = measure_faithfulness(ham_folder, "akida2", 3, tmp_path, messages.append)
    assert document["photos"] == document["lesions"] == 3
    assert document["sha256"] == classifier.entry.sha256
    assert document["command"].endswith("--photos 3")
    assert not any("TensorFlow" in line for line in messages)
    assert asked == [(3, 3)] and document["image_types"] == []


def test_a_photo_without_a_mask_is_named(ham_folder: Path) -> None:
    photo = read_ham10000(ham_folder)[0]
    with pytest.raises(DataError, match=f"{photo.image_id} has no lesion mask"):
        read_mask(photo, SIZE)


def test_a_model_without_keras_forms_gets_an_error(classifier) -> None:
    from dataclasses import replace

    from qana.network.keras_forms import load_keras_form

    bare = replace(classifier.entry, record={})
    with pytest.raises(ExplanationError, match="no Keras form"):
        load_keras_form(bare, "float")
