"""Measures what the crop to the field of view changes on photos with and without a surround.

Run: python -m qana.evaluation.measure_field_of_view --data DIR [--subset test] [--photos 300]

Photos are cut to a lit circle of 60, 70 or 80 % of the shorter side in turn, on black and on white,
and compared with the same photos cropped to the square around the circle. The photos as they are
are classified with and without the crop.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qana.classes import LABELS
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import SEED, read_split
from qana.data.photo import Photo
from qana.data.surrounds import crop_to_square, cut_to_circle
from qana.imaging import assess_quality, crop_centre, read_image
from qana.imaging.crop import CROP_SHARE
from qana.imaging.field_of_view import find_field_of_view
from qana.inference.classifier import AkidaClassifier, load_classifier

SHARES = (0.6, 0.7, 0.8)
TONES = (0, 255)
LIGHT_PROBLEMS = {"dark", "overexposed", "surround"}


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="HAM10000, official layout")
    parser.add_argument("--model", default="akida2")
    parser.add_argument("--subset", choices=("validation", "test"), default="validation")
    parser.add_argument("--photos", type=int, default=300, help="number of photos with a surround")
    parser.add_argument("--skip-ordinary", action="store_true", help="only photos with a surround")
    arguments = parser.parse_args()
    split = read_split()
    photos = [
        photo
        for photo in read_ham10000(arguments.data)
        if split[photo.image_id] == arguments.subset
    ]
    random.Random(SEED).shuffle(photos)
    classifier = load_classifier(arguments.model)
    if not arguments.skip_ordinary:
        _measure_ordinary(classifier, photos)
    _measure_circles(classifier, photos[: arguments.photos])


def _measure_circles(classifier: AkidaClassifier, photos: Sequence[Photo]) -> None:
    images = [read_image(photo.path) for photo in photos]
    labels = np.array([LABELS.index(photo.label or "") for photo in photos])
    sys.stdout.write(f"{len(photos)} photos with a surround, {classifier.name}\n")
    shares = [SHARES[number % len(SHARES)] for number in range(len(images))]
    squares = [crop_to_square(*pair) for pair in zip(images, shares, strict=True)]
    sys.stdout.write(_describe(classifier, squares, labels, "square"))
    for tone in TONES:
        cut = [cut_to_circle(*pair, tone) for pair in zip(images, shares, strict=True)]
        sys.stdout.write(_describe(classifier, cut, labels, f"on {tone}"))


def _describe(
    classifier: AkidaClassifier, images: Sequence[np.ndarray], labels: np.ndarray, name: str
) -> str:
    answers = [classifier.classify(image) for image in images]
    kinds = [{problem.kind for problem in assess_quality(image).problems} for image in images]
    outside = np.array([answer.out_of_distribution for answer in answers])
    light = np.array([bool(found & LIGHT_PROBLEMS) for found in kinds])
    right = np.array([answer.logits.argmax() for answer in answers]) == labels
    counts = dict(Counter(kind for found in kinds for kind in found))
    missed = sum(find_field_of_view(image) is None for image in images)
    return (
        f"{name:8} accuracy {right.mean():.3f}  too dark or bright {light.mean():.3f}  "
        f"no lesion {outside.mean():.3f}  either {(light | outside).mean():.3f}  "
        f"no field found {missed}  problems {counts}\n"
    )


def _measure_ordinary(classifier: AkidaClassifier, photos: Sequence[Photo]) -> None:
    fields = {photo.image_id: find_field_of_view(read_image(photo.path)) for photo in photos}
    found = [photo for photo in photos if fields[photo.image_id] is not None]
    cropped = [photo for photo in found if (field := fields[photo.image_id]) and field.cropped]
    sys.stdout.write(
        f"{len(photos)} photos as they are: field found in {len(found)}, cropped {len(cropped)}\n"
    )
    if not cropped:  # then the network reads the same pixels as without the crop
        return
    kept = {photo.image_id for photo in photos} - {photo.image_id for photo in cropped}
    events, changed = [], 0
    for photo in photos:
        image = read_image(photo.path)
        before = classifier.classify_input(crop_centre(image, classifier.input_size, CROP_SHARE))
        after = before if photo.image_id in kept else classifier.classify(image)
        events.append((before.events, after.events))
        changed += before.top[0][0] != after.top[0][0]
    before_events, after_events = np.array(events).T
    sys.stdout.write(
        f"other answer {changed}; events of the median photo {np.median(before_events):,.0f} "
        f"before, {np.median(after_events):,.0f} after; of all photos "
        f"{after_events.sum() / before_events.sum() - 1:+.3%}\n"
    )


if __name__ == "__main__":
    main()
