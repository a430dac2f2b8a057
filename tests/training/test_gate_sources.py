"""A gate for all sources: none dominates it, and one source alone gives the gate it always gave."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from qana.classes import LABELS
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE, Photo
from qana.data.samples import Sample
from qana.evaluation.model_record import read_record
from qana.inference.classifier import load_classifier
from qana.inference.gate import read_gate, take_roots
from qana.inference.manifest import find_entry, find_models_folder, update_record
from qana.training.fit_not_a_lesion_gate import (
    INVERSE_PENALTY,
    PHOTOGRAPHS,
    SKIN,
    Lesions,
    fit_gate,
    weigh_families,
)
from qana.training.gate_thresholds import FIELD_PASS_RATE, LESION_PASS_RATE, choose_gate_threshold

HAM = Photo("a", "a", "nv", "histo", None, "male", "back", Path("a.jpg"), None)
CLOSE = replace(HAM, source="milk10k", image_type=CLOSE_UP)
PHONE = replace(HAM, source="pad_ufes_20", image_type=SMARTPHONE)


def draw(photo: Photo, centre: float, count: int, seed: int) -> Lesions:
    """Draws features around a centre for photos of one source, with classes of unequal size."""
    random = np.random.default_rng(seed)
    features = random.normal(centre, 12, (count, 20)).astype(np.int8)
    labels = random.choice(LABELS, count, p=[0.05, 0.05, 0.1, 0.05, 0.1, 0.6, 0.05])
    return Lesions([replace(photo, label=label) for label in labels], features)


def join(*parts: Lesions) -> Lesions:
    photos = [photo for part in parts for photo in part.photos]
    return Lesions(photos, np.concatenate([part.features for part in parts]))


@pytest.fixture
def outliers() -> dict[str, np.ndarray]:
    random = np.random.default_rng(9)
    return {
        name: random.normal(-20, 20, (count, 20)).astype(np.int8)
        for name, count in (("noise", 40), ("skin", 90))
    }


def test_one_source_gives_the_gate_that_it_gave_before_there_were_several(outliers) -> None:
    lesions, held_out = draw(HAM, 20, 300, 1), draw(HAM, 20, 101, 2)
    gate = fit_gate(lesions, outliers, held_out)
    labels = np.array([photo.label for photo in lesions.photos])
    groups = [labels, np.repeat(["noise", "skin"], [40, 90])]
    weights = []
    for names in groups:
        _, index, counts = np.unique(names, return_inverse=True, return_counts=True)
        weights.append(1 / counts[index] / len(counts))
    features = take_roots(np.concatenate([lesions.features, *outliers.values()]))
    scaler = StandardScaler().fit(features)
    regression = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000).fit(
        scaler.transform(features),
        np.arange(len(features)) < 300,
        sample_weight=np.concatenate(weights) * 300,
    )
    np.testing.assert_array_equal(gate.weights, regression.coef_[0] / scaler.scale_)
    scores = np.sort(gate.score(held_out.features))
    assert gate.threshold == pytest.approx(scores[int((1 - LESION_PASS_RATE) * 101)])
    assert gate.field_threshold == gate.threshold


def test_less_is_asked_in_a_lit_field_and_never_more(outliers) -> None:
    lesions, held_out = draw(HAM, 20, 300, 1), draw(HAM, 20, 101, 2)
    in_fields = draw(HAM, 8, 400, 3)
    gate = fit_gate(lesions, outliers, held_out, in_fields)
    passes = gate.passes(in_fields.features, in_lit_field=True)
    assert FIELD_PASS_RATE <= passes.mean() < FIELD_PASS_RATE + 0.01
    assert gate.passes(in_fields.features, in_lit_field=False).mean() < FIELD_PASS_RATE
    easy = fit_gate(lesions, outliers, held_out, draw(HAM, 90, 400, 3))
    assert easy.field_threshold == easy.threshold


def test_sources_and_their_classes_have_the_same_weight_in_the_fit(outliers, monkeypatch) -> None:
    given = []

    def keep_weights(self, features, is_lesion, sample_weight):
        given.append(sample_weight)
        return fit(self, features, is_lesion, sample_weight=sample_weight)

    fit = LogisticRegression.fit
    monkeypatch.setattr(LogisticRegression, "fit", keep_weights)
    lesions = join(draw(HAM, 25, 900, 1), draw(CLOSE, 5, 200, 2), draw(PHONE, 5, 60, 3))
    fit_gate(lesions, outliers, lesions)
    (weights,) = given
    sources = np.array([photo.source for photo in lesions.photos])
    labels = np.array([photo.label for photo in lesions.photos])
    assert weights[: len(sources)].sum() == pytest.approx(len(sources))
    assert weights[len(sources) :].sum() == pytest.approx(len(sources))
    for source in ("ham10000", "milk10k", "pad_ufes_20"):
        chosen = sources == source
        assert weights[: len(sources)][chosen].sum() == pytest.approx(len(sources) / 3)
        present = np.unique(labels[chosen])
        for label in present:
            one = weights[: len(sources)][chosen & (labels == label)].sum()
            assert one == pytest.approx(len(sources) / 3 / len(present))


@pytest.mark.parametrize("count", [1, 39, 40, 41, 1004, 1015])
def test_threshold_of_one_source_is_the_same_quantile(count: int) -> None:
    scores = np.random.default_rng(count).normal(size=count)
    expected = np.sort(scores)[int((1 - LESION_PASS_RATE) * count)]
    assert choose_gate_threshold(scores, [HAM] * count) == expected


def test_both_kinds_of_photo_pass_and_sources_count_alike() -> None:
    random = np.random.default_rng(0)
    photos: Sequence[Photo] = [HAM] * 900 + [CLOSE] * 400 + [PHONE] * 80
    scores = np.concatenate([random.normal(m, 1, n) for m, n in ((5, 900), (0, 400), (3, 80))])
    threshold = choose_gate_threshold(scores, photos)
    passes = scores >= threshold
    assert passes[:900].mean() >= LESION_PASS_RATE
    without = (passes[900:1300].mean() + passes[1300:].mean()) / 2
    assert LESION_PASS_RATE <= without < LESION_PASS_RATE + 0.01
    assert passes[900:1300].mean() < LESION_PASS_RATE  # the phone photos make up for it


def test_enlarged_photos_do_not_set_the_threshold_if_there_are_others() -> None:
    enlarged = replace(HAM, source="bcn20000")
    scores = np.concatenate([np.linspace(-9, 0, 100), np.linspace(1, 5, 50)])
    threshold = choose_gate_threshold(scores, [enlarged] * 100 + [HAM] * 50)
    assert threshold == choose_gate_threshold(scores[100:], [HAM] * 50)
    assert choose_gate_threshold(scores[:100], [enlarged] * 100) < 0


@pytest.mark.parametrize("name", ["akida2", "akida2-large", "akd1000"])
def test_stored_gates_are_read_and_give_equal_answers(name: str) -> None:
    entry = find_entry(name)
    gate = read_gate(entry)
    assert gate is not None
    with np.load(entry.gate[0]) as stored:
        weights, bias, threshold = (stored[key] for key in ("weights", "bias", "threshold"))
    features = np.random.default_rng(1).integers(-40, 90, (50, len(weights)), dtype=np.int8)
    scores = np.sign(features) * np.sqrt(np.abs(features.astype(float))) @ weights + bias
    np.testing.assert_allclose(gate.score(features), scores)
    np.testing.assert_array_equal(gate.passes(features, in_lit_field=False), scores >= threshold)
    assert entry.gate[0].stat().st_size < 8000
    record = read_record(entry)
    assert record.gate is not None
    assert set(record.gate.image_types) >= {DERMOSCOPIC}


def test_gate_of_several_sources_is_recorded_by_source(
    samples: tuple[Sample, ...], tmp_path: Path, monkeypatch, met
) -> None:
    module = "qana.training.record_gate_and_abstention"
    few = {"text": met["text"][:3]}
    monkeypatch.setattr(f"{module}.load_test_images", lambda: few)
    from qana.training.record_gate_and_abstention import record_gate_and_abstention

    folder = Path(shutil.copytree(find_models_folder(), tmp_path / "models"))
    update_record("akida2", {"sources": ["ham10000", "pad_ufes_20"]}, folder)
    photos = [
        replace(kind, image_id=s.image_id, lesion_id=s.image_id, label=s.label, path=s.path)
        for index, s in enumerate(samples)
        for kind in [(HAM, HAM, CLOSE, PHONE)[index % 4]]
    ]
    subsets = {"train": photos[:13], "validation": photos[3:], "test": photos[5:]}
    record_gate_and_abstention("akida2", folder, subsets, lambda line: None)
    entry = find_entry("akida2", folder)
    record = read_record(entry)
    assert record.gate is not None
    assert record.abstain is not None
    assert record.gate.image_types == (DERMOSCOPIC, CLOSE_UP, SMARTPHONE)
    assert entry.gate_image_types == record.gate.image_types
    assert record.abstain.sources == ("ham10000", "pad_ufes_20")
    for subset, part in (("validation", subsets["validation"]), ("lesion-test", subsets["test"])):
        assert record.gate.sources is not None
        rows = record.gate.sources[subset]
        kinds = [("ham10000", DERMOSCOPIC), ("milk10k", CLOSE_UP), ("pad_ufes_20", SMARTPHONE)]
        assert [(row.source, row.image_type) for row in rows] == kinds
        assert [row.n for row in rows] == [
            sum(photo.source == source for photo in part) for source, _ in kinds
        ]
        # The figures that compare models are those of HAM10000.
        assert record.gate.lesions[subset].n == rows[0].n
        assert record.gate.lesions[subset].passed == rows[0].passed
        pooled = record.gate.compute_pass_rate(subset, (CLOSE_UP, SMARTPHONE))
        assert pooled is not None
        assert pooled.n == rows[1].n + rows[2].n
        assert pooled.passed * pooled.n == pytest.approx(
            rows[1].passed * rows[1].n + rows[2].passed * rows[2].n
        )
    assert load_classifier("akida2", folder).entry.gate_image_types == record.gate.image_types


def test_plain_skin_counts_as_much_as_many_kinds_of_photographs() -> None:
    families = np.array(
        ["skin"] * 2 + ["noise"] * 3 + ["text"] + [f"{PHOTOGRAPHS}{kind}" for kind in "aabcdef"]
    )
    weights = weigh_families(families)
    photographs = np.char.startswith(families, PHOTOGRAPHS)
    assert weights[families == SKIN].sum() == pytest.approx(1 / 3)
    assert weights[photographs].sum() == pytest.approx(1 / 3)
    assert weights[families == "noise"].sum() == pytest.approx(1 / 6)
    assert weights[families == f"{PHOTOGRAPHS}a"].sum() == pytest.approx(1 / 18)
