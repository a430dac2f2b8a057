"""Collects the samples, with their thumbnails and the outlines of their lesions.

Run `python -m qana.data.collect_samples DIR`, where DIR is the folder that holds all data sets.
Then run `python -m qana walkthrough`, which stores what Convert shows of each sample.
"""

import csv
import random
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path

from PIL import Image

from qana.classes import COMMON, LABELS
from qana.data.lesion_masks import OUTLINE_SIZE, read_mask, trace_outlines, write_outlines
from qana.data.lesion_split import SEED
from qana.data.photo import IMAGE_TYPES, Photo
from qana.data.same_lesion import find_seen_photos, group_photos, read_same_lesion_pairs
from qana.data.samples import SAMPLES_FILE, SAMPLES_FOLDER, load_all_samples
from qana.data.source_splits import split_sources
from qana.data.sources import read_sources

PER_CLASS = {"ham10000": 3, "milk10k": 1, "pad_ufes_20": 1}
"""Number of lesions of each class from a data set."""
THUMBNAILS = Path(__file__).parents[2] / "static" / "samples"
"""Folder of the thumbnails. Streamlit serves it, so browsers can cache the files."""
THUMBNAIL_SIDE = 324
"""Longer side of a thumbnail, pixels: three for each pixel of the page, for sharp phone screens."""


def choose_samples(
    photos: Sequence[Photo], is_suitable: Callable[[Photo], bool] = lambda _photo: True
) -> list[Photo]:
    """Chooses the first test lesions of each class in a fixed random order.

    The choice does not depend on the class that any network answers, so the samples also show its
    errors. A lesion with a photo in another subset is skipped, because the networks may have seen
    it. A lesion with a photo that is not suitable is skipped, too.

    Args:
        photos: all photos of all data sets.
        is_suitable: returns whether a photo gets an answer.

    Returns:
        The photos by data set and class. MILK10k gives both photos of a lesion, the dermatoscopic
        one first. The other data sets give one photo of a lesion.
    """
    test = split_sources(photos)["test"]
    seen = find_seen_photos(photos, test, group_photos(photos, read_same_lesion_pairs()))
    chosen: list[Photo] = []
    for source, count in PER_CLASS.items():
        candidates = [photo for photo in test if photo.source == source]
        random.Random(SEED).shuffle(candidates)  # with seen ones, so that the order does not change
        candidates = [photo for photo in candidates if photo.image_id not in seen]
        for label in LABELS if source == "ham10000" else COMMON:
            lesions: dict[str, list[Photo]] = {}
            for photo in candidates:
                if photo.label == label:
                    lesions.setdefault(photo.lesion_id, []).append(photo)
            shown = (
                sorted(lesion, key=lambda photo: IMAGE_TYPES.index(photo.image_type))
                for lesion in lesions.values()
            )
            shown = (one if source == "milk10k" else one[-1:] for one in shown)
            for lesion in islice((one for one in shown if all(map(is_suitable, one))), count):
                chosen += lesion
    return chosen


def make_suitability_check() -> Callable[[Photo], bool]:
    """Makes a function that returns whether the app accepts a photo as a photo of a lesion.

    The quality check and the gate of the default network decide. The class has no part in it.
    """
    from qana.imaging import read_image
    from qana.inference.classifier import load_classifier
    from qana.inference.diagnosis import diagnose

    classifier = load_classifier()
    return lambda photo: diagnose(read_image(photo.path), classifier).status != "rejected"


def copy_samples(chosen: Iterable[Photo]) -> None:
    """Copies the files of the samples and writes assets/samples.csv.

    Args:
        chosen: the samples, in their order.
    """
    for folder in (SAMPLES_FOLDER, THUMBNAILS):
        shutil.rmtree(folder, ignore_errors=True)  # so that no sample of an earlier choice is left
    SAMPLES_FOLDER.mkdir(parents=True)
    with SAMPLES_FILE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("image_id", "dx", "dx_type", "lesion_id", "source", "image_type"))
        for photo in chosen:
            shutil.copyfile(photo.path, SAMPLES_FOLDER / f"{photo.image_id}.jpg")
            names = (photo.image_id, photo.label, photo.confirmed_by, photo.lesion_id)
            writer.writerow((*names, photo.source, photo.image_type))


def make_thumbnails() -> None:
    """Writes a WebP thumbnail of each sample to `THUMBNAILS`."""
    THUMBNAILS.mkdir(parents=True, exist_ok=True)
    for sample in load_all_samples():
        picture = Image.open(sample.path).convert("RGB")
        picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
        picture.save(THUMBNAILS / f"{sample.image_id}.webp", quality=82, method=6)


def store_sample_outlines(chosen: Iterable[Photo]) -> None:
    """Traces the lesion of each sample with a mask, and writes assets/outlines.json.

    Args:
        chosen: the samples. Those of HAM10000 have lesion masks.

    Raises:
        DataError: a sample of HAM10000 has no lesion mask.
    """
    write_outlines(
        {
            photo.image_id: trace_outlines(read_mask(photo, OUTLINE_SIZE))
            for photo in chosen
            if photo.source == "ham10000"
        }
    )


if __name__ == "__main__":
    samples = choose_samples(read_sources(Path(sys.argv[1])), make_suitability_check())
    copy_samples(samples)
    make_thumbnails()
    store_sample_outlines(samples)
