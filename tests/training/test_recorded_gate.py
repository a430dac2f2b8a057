"""What the manifest records of a gate is what the gate does."""

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from qana.data.arrays import load_inputs
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import split_photos
from qana.data.photo import Photo
from qana.imaging import read_image
from qana.imaging.crop import crop_input
from qana.inference.classifier import load_classifier
from qana.inference.gate import read_gate
from qana.inference.manifest import find_models_folder
from qana.training.fit_not_a_lesion_gate import SEED
from qana.training.gate_thresholds import choose_gate_threshold
from qana.training.gate_views import cut_to_circles
from qana.training.outlier_squares import crop_inputs
from qana.training.record_gate_and_abstention import record_gate_and_abstention

MODEL = "akida2"


def find_lit_fields(photos: Sequence[Photo]) -> np.ndarray:
    return np.array([crop_input(read_image(photo.path), 128)[1] for photo in photos])


@pytest.mark.usefixtures("few_test_images")
def test_recorded_shares_are_those_of_the_written_gate(ham_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(find_models_folder(), tmp_path / "models"))
    subsets = split_photos(read_ham10000(ham_folder))
    record = record_gate_and_abstention(MODEL, folder, subsets, lambda _line: None)
    classifier = load_classifier(MODEL, folder)
    for part, name in (("validation", "validation"), ("test", "lesion-test")):
        inputs = load_inputs(subsets[part], classifier.input_size)
        passes = classifier.passes_gate(inputs, find_lit_fields(subsets[part]))
        assert record["gate"]["lesions"][name]["pass"] == pytest.approx(passes.mean())
        (row,) = record["gate"]["sources"][name]
        assert row["n"] == len(passes) and row["pass"] == pytest.approx(passes.mean())
    gate = read_gate(classifier.entry)
    assert gate is not None
    held_out = load_inputs(subsets["validation"], classifier.input_size)
    scores = gate.score(classifier.features(held_out))
    assert gate.threshold == choose_gate_threshold(scores, subsets["validation"])
    assert gate.field_threshold <= gate.threshold
    assert record["gate"]["field_threshold"] == gate.field_threshold
    shuffled = random.Random(SEED).sample(list(subsets["test"]), len(subsets["test"]))
    circles = cut_to_circles(read_image(photo.path) for photo in shuffled)
    in_circles = classifier.passes_gate(*crop_inputs(circles, classifier.input_size))
    found = record["gate"]["lit_fields"]["lesion-test"]
    assert found == {"n": len(in_circles), "pass": pytest.approx(in_circles.mean())}
    tops = np.array([p.probabilities.max() for p in classifier.classify_inputs(inputs)])
    answered = tops >= record["abstain"]["threshold"]
    coverage = record["abstain"]["risk_coverage"]["lesion-test"]["coverage"]
    assert coverage == pytest.approx(answered.mean())
