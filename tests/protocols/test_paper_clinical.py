"""The paper's protocol on clinical photos: its two splits, on a handful of real photos."""

from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest

from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE, Photo
from qana.errors import DataError
from qana.evaluation.report_files import to_document
from qana.protocols import paper_clinical
from qana.protocols.paper_clinical import count_copies, make_honest_split
from qana.protocols.paper_clinical_report import PaperClinicalReport
from qana.protocols.paper_networks import RECIPE, VALIDATION_STRIDE
from qana.protocols.paper_report import ConversionCheck

ROUNDS = 5


@pytest.fixture(scope="module")
def photos(samples) -> list[Photo]:
    """Five lesions of two photos of each of four classes, and five more moles."""
    chosen = [s for s in samples if s.label in ("bcc", "mel", "nv")][::3]
    found = []
    for number in range(ROUNDS * 2):
        for sample in (*chosen, *(s for s in chosen if s.label == "nv")):
            lesion = f"L{number // 2}-{sample.label}"
            source = "pad_ufes_20" if number % 4 < 2 else "milk10k"
            found.append(
                Photo(
                    image_id=f"T{len(found):03}",
                    lesion_id=lesion,
                    label=sample.label,
                    confirmed_by="histo",
                    age=None,
                    sex="male",
                    site="back",
                    path=sample.path,
                    mask=None,
                    source=source,
                    image_type=SMARTPHONE if source == "pad_ufes_20" else CLOSE_UP,
                    patient_id=f"P{lesion}" if source == "pad_ufes_20" else None,
                )
            )
    return found


def split_by_lesion(photos: list[Photo]) -> dict[str, list[Photo]]:
    parts: dict[str, list[Photo]] = {"train": [], "validation": [], "test": []}
    for photo in photos:
        number = int(photo.lesion_id[1])
        parts["test" if number == 0 else "validation" if number == 1 else "train"].append(photo)
    return parts


@pytest.fixture(scope="module")
def trained() -> list:
    """What the networks were given: subsets, recipe and test inputs."""
    return []


@pytest.fixture(scope="module")
def report(photos: list[Photo], trained: list) -> PaperClinicalReport:
    def train(subsets, recipe, inputs, _runs, _progress):
        trained.append((subsets, recipe, inputs))
        return np.random.default_rng(0).normal(size=(len(inputs), 7)), ConversionCheck(1, 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paper_clinical, "read_sources", lambda _root: photos)
        patch.setattr(paper_clinical, "split_sources", split_by_lesion)
        patch.setattr(paper_clinical, "train_and_classify", train)
        return paper_clinical.run(Path("data"), "akida2", lambda _line: None)


def test_copies_make_all_classes_equal(photos) -> None:
    counts = Counter(photo.label for photo in photos)
    assert counts == {"bcc": 10, "mel": 10, "nv": 20}
    assert count_copies(photos) == {"bcc": 10, "mel": 10}


def test_the_paper_split_leaks_and_the_honest_one_does_not(report) -> None:
    assert report.paper_split.train + report.paper_split.test == 60
    assert report.paper_split.test == 12
    assert report.paper_split.overlap.own_source > 0.2
    assert report.paper_split.overlap.own_lesion > 0.8
    honest = report.honest_split
    assert honest.overlap.own_source == honest.overlap.own_lesion == 0
    assert (honest.test, honest.test_copies) == (8, 0), "two photos of four lesions, no copies"


def test_honest_rows_enlarge_the_training_classes_alone(photos, monkeypatch) -> None:
    monkeypatch.setattr(paper_clinical, "split_sources", split_by_lesion)
    rows = make_honest_split(photos)
    label = {photo.image_id: photo.label for photo in photos}
    learned = Counter(label[row.image_id] for row in rows if row.subset == "train")
    assert learned == {"bcc": 12, "mel": 12, "nv": 12}
    assert all(row.copy == 0 for row in rows if row.subset != "train")
    assert {row.image_id for row in rows} == set(label)


def test_each_network_gets_its_own_images(report, trained) -> None:
    (paper, paper_recipe, paper_inputs), (honest, honest_recipe, honest_inputs) = trained
    assert (paper_recipe.name, honest_recipe.name) == ("paper-clinical", "paper-clinical-honest")
    assert len(paper.labels) == -(-report.paper_split.train // VALIDATION_STRIDE)
    assert len(paper.train_labels) == report.paper_split.train - len(paper.labels)
    assert (len(honest.train_labels), len(honest.labels), len(honest_inputs)) == (36, 8, 8)
    size = RECIPE.input_size
    assert paper_inputs.shape == (12, size, size, 3)
    assert honest.frames.shape == (36, 160, 160, 3)


def test_the_report_is_plain_json_and_splits_the_sources(report) -> None:
    assert msgspec.convert(to_document(report), PaperClinicalReport) == report
    kinds = [(row.source, row.image_type) for row in report.paper_split.sources]
    assert kinds == [("milk10k", CLOSE_UP), ("pad_ufes_20", SMARTPHONE)]
    assert sum(row.scores.photos for row in report.paper_split.sources) == 12
    assert (report.published.accuracy, report.published.macro_f1) == (0.908, 0.817)


def test_data_without_clinical_photos_get_one_sentence(photos, monkeypatch) -> None:
    scope = [Photo(**{**vars(photo), "image_type": DERMOSCOPIC}) for photo in photos]
    monkeypatch.setattr(paper_clinical, "read_sources", lambda _root: scope)
    with pytest.raises(DataError, match="holds no clinical photo"):
        paper_clinical.run(Path("data"), "akida2", lambda _line: None)
