"""Many photos get the answers that each of them gets alone."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qana.data.surrounds import cut_to_circle
from qana.evaluation import answer_photos as module
from qana.evaluation.answer_photos import answer_photos
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.inference.events import read_features


@pytest.mark.parametrize("name", ["akida2", "akida2-large", "akd1000"])
def test_photos_get_the_answers_that_each_gets_alone(
    name: str, samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PART", 7)  # several parts, the last one not full
    circle = tmp_path / "circle.png"
    Image.fromarray(cut_to_circle(read_image(samples[0].path), 0.7, 0)).save(circle)
    paths = [circle, *(sample.path for sample in samples[:9])]
    classifier = load_classifier(name)
    found = answer_photos(classifier, paths)
    alone = [classifier.classify(read_image(path)) for path in paths]
    np.testing.assert_array_equal(found.features, [read_features(one.outputs) for one in alone])
    np.testing.assert_array_equal(found.probabilities, [one.probabilities for one in alone])
    assert found.in_lit_field.tolist() == [one.in_lit_field for one in alone]
    assert found.in_lit_field[0]
