"""The lesion protocol on real photos."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from qana.classes import LABELS
from qana.data.ham10000 import read_ham10000
from qana.data.labelled_folder import LabelledImage
from qana.data.lesion_split import split_photos
from qana.errors import DataError
from qana.evaluation.evaluate import Predictions
from qana.evaluation.report_files import to_document
from qana.inference.classifier import AkidaClassifier
from qana.protocols import lesion
from qana.protocols.lesion_report import LesionReport, SplitOverlap

MEL, NV = LABELS.index("mel"), LABELS.index("nv")


@pytest.fixture(scope="module")
def report(ham_folder: Path) -> LesionReport:
    return lesion.run(ham_folder, "akida2", lambda _line: None)


def test_the_report_is_whole_and_plain_json(report, classifier: AkidaClassifier) -> None:
    assert msgspec.convert(to_document(report), LesionReport) == report
    assert report.protocol == "lesion"
    assert report.sha256 == classifier.entry.sha256
    assert report.skin_tone == "not assessed"
    subsets = report.split.subsets
    assert report.test.n == subsets["test"].photos
    assert report.validation.n == subsets["validation"].photos
    assert set(report.roc) == set(LABELS) == set(report.per_class_ci95)
    assert set(report.subgroups) == {"sex", "age", "site", "confirmation"}
    assert set(report.stages) == {"float", "ptq", "tuned", "akida"}
    assert report.calibration.after.ece == report.test.ece
    assert report.calibration.temperature == classifier.entry.temperature


def test_the_report_says_what_is_on_which_side(report, ham_folder: Path) -> None:
    parts = split_photos(read_ham10000(ham_folder))
    for name, found in report.split.subsets.items():
        lesions = {photo.lesion_id for photo in parts[name]}
        assert (found.photos, found.lesions) == (len(parts[name]), len(lesions))
        assert sum(found.classes.values()) == found.photos
    assert report.split.overlap == SplitOverlap(lesions=0, identical_images=0)
    assert report.split.excluded == 0
    assert report.split.file is None, "these photos are not those of the stored split"


def test_the_report_counts_what_needs_a_look(report) -> None:
    look = report.malignant
    assert look.classes == ["akiec", "bcc", "mel"]
    counts = report.split.subsets["test"].classes
    assert look.test.positives == sum(counts[label] for label in look.classes)


def test_the_two_way_threshold_is_chosen_on_validation() -> None:
    random = np.random.default_rng(4)

    def answers(count: int, shift: float) -> Predictions:
        labels = np.where(random.random(count) < 0.3, MEL, NV)
        logits = random.normal(size=(count, 7)).astype(np.float32)
        logits[:, MEL] += 2 * (labels == MEL) + shift
        ids = [str(number) for number in range(count)]
        images = [LabelledImage(i, Path(i), LABELS[y], i) for i, y in zip(ids, labels, strict=True)]
        return Predictions(images, labels, logits, {})

    look = lesion.measure_referral(answers(500, 0.0), answers(700, -2.0), temperature=1.0)
    assert 0.9 <= look.validation.sensitivity < 0.91
    assert look.test.sensitivity < 0.8, "on test the same threshold finds fewer"


def test_the_report_is_the_same_from_every_run(report, ham_folder: Path) -> None:
    assert lesion.run(ham_folder, "akida2", lambda _line: None) == report


def test_a_folder_without_data_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"HAM10000_metadata\.csv is missing"):
        lesion.run(tmp_path, "akida2", lambda _line: None)
