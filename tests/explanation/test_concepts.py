"""Named features: fitted on labels, measured, and read from an answer by numpy alone."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from qana.data.photo import CLOSE_UP, DERMOSCOPIC, Photo
from qana.errors import ModelError, UserError
from qana.evaluation.report_files import to_document, write_report
from qana.explanation import fit_concepts as fitting
from qana.explanation.concept_labels import (
    CONCEPT_LABELS,
    measure_area,
    measure_asymmetry,
    measure_irregularity,
)
from qana.explanation.concepts import (
    FILE,
    LEAST_AUC,
    REPORT,
    Concept,
    ConceptsReport,
    ConceptTest,
    ReadOuts,
    Shortcut,
    find_concepts,
    read_concepts_report,
)
from qana.explanation.fit_concepts import ReadPhotos, fit_concepts
from qana.imaging import read_image
from qana.inference.diagnosis import diagnose
from qana.inference.manifest import find_entry
from qana.inference.model_store import hash_file
from ui.named_features import describe_read_outs, describe_shortcut

TEST = ConceptTest("milk10k", DERMOSCOPIC, 100, 40, 0.9, (0.85, 0.95))
HAIR = Concept("hair", "hair", "MONET", -1e9, [TEST], [])


def make_photo(number: int, hair: float, label: str = "nv") -> Photo:
    return Photo(
        f"P{number}",
        f"L{number}",
        label,
        "",
        None,
        "unknown",
        "",
        Path("none"),
        None,
        source="milk10k",
        image_type=DERMOSCOPIC if number % 2 else CLOSE_UP,
        concepts={"hair": hair},
    )


def make_read(seed: int, count: int = 200) -> ReadPhotos:
    """Photos whose third feature follows the score of hair, and whose answers err with hair."""
    random = np.random.default_rng(seed)
    hair = random.random(count)
    features = random.integers(0, 60, (count, 12))
    features[:, 2] = 100 * hair**2 + random.integers(0, 8, count)
    wrong = random.random(count) < np.where(hair >= 0.5, 0.7, 0.1)
    photos = [make_photo(number, float(score)) for number, score in enumerate(hair)]
    return ReadPhotos(photos, features, np.where(wrong, "mel", "nv"))


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> tuple[ReadOuts, list[Concept]]:
    parts = {name: make_read(seed) for seed, name in enumerate(("train", "validation", "test"))}
    by_photos = {id(part.photos): part for part in parts.values()}
    monkeypatch.setattr(
        fitting, "read_photos", lambda _classifier, photos, _most: by_photos[id(photos)]
    )
    subsets = {name: part.photos for name, part in parts.items()}
    device = type("Classifier", (), {"device": "nothing"})()
    return fit_concepts(device, subsets, 0, lambda _text: None)


def test_a_feature_in_the_integers_is_found_and_others_are_left_out(fitted) -> None:
    read_outs, concepts = fitted
    assert [concept.name for concept in concepts] == ["hair"]
    (hair,) = concepts
    assert {test.image_type for test in hair.tests} == {DERMOSCOPIC, CLOSE_UP}
    assert hair.is_shown and hair.least_auc > 0.95
    part = make_read(9)
    seen = read_outs.score(part.features)[:, 0] >= hair.threshold
    true = np.array([photo.concepts["hair"] >= 0.5 for photo in part.photos])
    assert (seen == true).mean() > 0.9


def test_a_shortcut_is_said_only_if_the_interval_excludes_no_effect(fitted) -> None:
    (hair,) = fitted[1]
    assert hair.shortcut is not None and hair.shortcut.is_clear
    assert hair.shortcut.wrong_with > hair.shortcut.wrong_without + 0.3
    assert "Hair seen: answers to test photos with hair are wrong more often" in describe_shortcut(
        hair
    )
    unclear = Shortcut(50, 50, 0.4, 0.3, (-0.05, 0.25))
    assert describe_shortcut(replace(hair, shortcut=unclear)) == ""
    assert describe_shortcut(replace(hair, shortcut=None)) == ""


def test_only_good_read_outs_are_shown() -> None:
    weak = replace(TEST, auc=LEAST_AUC)
    assert HAIR.is_shown
    assert not replace(HAIR, tests=[TEST, weak]).is_shown
    assert not replace(HAIR, tests=[]).is_shown
    assert not replace(HAIR, drawn=[weak]).is_shown  # nor if it fails on another source
    assert not replace(HAIR, tests=[], drawn=[TEST]).is_shown
    report = ConceptsReport("c", "akida2", "", "", [HAIR, replace(HAIR, title="gel", tests=[weak])])
    assert "hair 0.90 (dermoscopic)" in describe_read_outs(report)
    drawn = replace(HAIR, drawn=[replace(TEST, source="pad_ufes_20")])
    said = describe_read_outs(replace(report, concepts=[drawn]))
    assert "hair 0.90 (dermoscopic; drawn on PAD-UFES-20)" in said
    assert "Not good enough to be shown: gel." in describe_read_outs(report)


@pytest.fixture
def stored(tmp_path: Path, classifier, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes read-outs next to a copy of the manifest."""
    entry = classifier.entry
    moved = replace(entry, path=tmp_path / entry.path.name)
    monkeypatch.setattr(classifier, "entry", moved)

    def write(concepts: list[Concept], width: int, sha256: str = entry.sha256) -> None:
        ReadOuts(np.zeros((len(concepts), width)), np.zeros(len(concepts))).write(
            tmp_path / f"{entry.name}{FILE}"
        )
        digest = hash_file(tmp_path / f"{entry.name}{FILE}")
        report = ConceptsReport("command", entry.name, sha256, digest, concepts)
        write_report(tmp_path / f"{entry.name}{REPORT}", to_document(report))

    return write


def test_seen_features_come_with_an_answer(stored, samples, classifier, tmp_path: Path) -> None:
    diagnosis = diagnose(read_image(samples[0].path), classifier, force=True)
    assert find_concepts(diagnosis) == []
    width = len(classifier.features(diagnosis.prediction.inputs[None])[0])
    never = replace(HAIR, name="pen", threshold=1e9)
    weak = replace(HAIR, name="gel", tests=[])
    stored([HAIR, never, weak], width)
    assert [concept.name for concept in find_concepts(diagnosis)] == ["hair"]
    stored([HAIR], width, sha256="0" * 64)  # of other weights
    assert find_concepts(diagnosis) == []
    stored([HAIR], width)
    (tmp_path / f"akida2{FILE}").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="bytes have changed"):
        find_concepts(diagnosis)
    rejected = diagnose(np.zeros((300, 300, 3), np.uint8), classifier)
    with pytest.raises(UserError, match="rejected"):
        find_concepts(rejected)


def test_reading_needs_no_heavy_package() -> None:
    code = (
        "import sys\n"
        "import qana.explanation.concepts\n"
        "heavy = {'tensorflow', 'torch', 'pandas', 'sklearn', 'scipy', 'streamlit'}\n"
        "bad = heavy & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_shapes_are_measured() -> None:
    disc = np.zeros((128, 128), np.uint8)
    cv2.circle(disc, (64, 64), 30, 1, -1)
    half = disc.copy()
    half[:, 64:] = 0
    star = np.zeros((128, 128), np.uint8)
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    radii = np.where(np.arange(40) % 2, 20, 45)
    points = np.stack([64 + radii * np.cos(angles), 64 + radii * np.sin(angles)], axis=1)
    cv2.fillPoly(star, [points.round().astype(np.int32)], 1)
    disc, half, star = (mask.astype(bool) for mask in (disc, half, star))
    assert measure_area(disc) == pytest.approx(np.pi * 30**2 / 128**2, rel=0.03)
    assert measure_asymmetry(disc) < 0.1 < measure_asymmetry(half)
    assert measure_irregularity(disc) < 1.3
    assert measure_irregularity(star) > 2


def test_each_label_names_a_source_and_an_artefact_that_exist() -> None:
    from qana.data.drawn_artefacts import ARTEFACTS
    from qana.data.sources import SOURCES

    assert all(label.source in SOURCES for label in CONCEPT_LABELS)
    assert all(label.artefact in (None, *ARTEFACTS) for label in CONCEPT_LABELS)
    assert len({label.name for label in CONCEPT_LABELS}) == len(CONCEPT_LABELS)


def test_a_stored_report_is_readable() -> None:
    for model in ("akida2", "akd1000"):
        report = read_concepts_report(find_entry(model))
        assert report is None or all(0 <= one.least_auc <= 1 for one in report.concepts)
