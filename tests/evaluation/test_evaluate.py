"""Evaluation of a classifier on labelled photos, with and without abstention."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qana.data.labelled_folder import LabelledImage
from qana.errors import ImageError, UserError
from qana.evaluation.evaluate import evaluate, predict_images, score_predictions
from qana.evaluation.report_files import to_document
from qana.inference.classifier import AkidaClassifier


@pytest.fixture(scope="module")
def images(samples) -> list[LabelledImage]:
    return [LabelledImage(s.image_id, s.path, s.label, s.image_id) for s in samples]


def test_every_image_counts_without_abstention(
    images: list[LabelledImage], classifier: AkidaClassifier
) -> None:
    found = evaluate(classifier, images)
    assert (found.n, found.abstained) == (len(images), 0)
    assert found.abstained_by == {"quality": 0, "gate": 0, "unsure": 0}
    assert (found.model, found.backend) == (classifier.name, classifier.backend)
    low, high = found.ci95.accuracy
    assert low <= found.accuracy <= high


def test_abstention_leaves_images_out_and_counts_them_by_reason(
    images: list[LabelledImage], classifier: AkidaClassifier, tmp_path: Path
) -> None:
    black = tmp_path / "black.png"
    Image.new("RGB", (300, 300)).save(black)
    found = evaluate(classifier, [*images, LabelledImage("b", black, "nv", "b")], abstain=True)
    assert found.n + found.abstained == len(images) + 1
    assert found.abstained == sum(found.abstained_by.values())
    assert found.abstained_by["quality"] == 1


def test_no_answer_at_all_gives_one_sentence(classifier: AkidaClassifier, tmp_path: Path) -> None:
    black = tmp_path / "black.png"
    Image.new("RGB", (300, 300)).save(black)
    with pytest.raises(UserError, match="abstains on every image"):
        evaluate(classifier, [LabelledImage("b", black, "nv", "b")], abstain=True)


def test_an_unreadable_image_is_named(classifier: AkidaClassifier, tmp_path: Path) -> None:
    path = tmp_path / "text.jpg"
    path.write_text("no image", encoding="utf-8")
    with pytest.raises(ImageError, match=r"^text\.jpg: "):
        evaluate(classifier, [LabelledImage("t", path, "nv", "t")])


def test_unreadable_images_are_reported_and_left_out(
    images: list[LabelledImage], classifier: AkidaClassifier, tmp_path: Path
) -> None:
    path = tmp_path / "text.jpg"
    path.write_text("no image", encoding="utf-8")
    broken = LabelledImage("t", path, "nv", "t")
    mixed = [broken, *images[:40], broken, *images[40:], *[broken] * 40]
    reported: list[LabelledImage] = []
    found = predict_images(classifier, mixed, True, lambda image, _: reported.append(image))
    assert reported == [broken] * 42
    assert len(found.images) + sum(found.abstained_by.values()) == len(images)
    whole = predict_images(classifier, images, True)
    assert found.images == whole.images
    assert np.array_equal(found.logits, whole.logits)
    with pytest.raises(UserError, match="None of the photos can be read"):
        evaluate(classifier, [broken], report_unreadable=lambda image, _: None)


def test_the_document_keeps_the_order_of_its_keys(
    images: list[LabelledImage], classifier: AkidaClassifier
) -> None:
    predictions = predict_images(classifier, images[:3])
    assert predictions.logits.shape == (3, 7) and predictions.logits.dtype == np.float32
    document = to_document(score_predictions(classifier, predictions))
    stored = classifier.entry.metrics["lesion-test"]
    assert set(document) == set(stored)
    assert list(document)[:3] == ["model", "backend", "n"]
    assert json.loads(json.dumps(document, allow_nan=False)) == document
