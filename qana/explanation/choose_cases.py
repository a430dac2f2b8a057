"""Chooses the reference cases among the training lesions of all sources."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import cv2
import numpy as np

from qana.classes import LABELS
from qana.data.photo import Photo
from qana.explanation.photo_prints import make_print
from qana.explanation.reference_cases import ReferenceCases
from qana.imaging import read_image, to_input

MOST_CASES = 3500
"""Largest number of reference cases, so that the files stay below 12 MB."""
SEED = 20180161
"""Seed of the choice, the same as that of the splits. It was never tuned."""
SIDE = 112
"""Side of the stored photos, pixels."""
QUALITY = 60
"""Quality of the stored photos, WebP, 1 to 100."""
PRINT_SIDE = 128
"""Side of the square that a grey copy is made from: the input of the deployed networks."""


def choose_cases(
    photos: Sequence[Photo], lesions: Mapping[str, str], most: int = MOST_CASES
) -> list[Photo]:
    """Chooses photos so that sources, image types and classes have as similar shares as possible.

    Args:
        photos: training photos with a label.
        lesions: image_id to the identifier of the lesion, by metadata and by pixels.
        most: largest number of photos.

    Returns:
        One photo of each chosen lesion and image type, sorted by source and image_id. The choice is
        the same in every run.
    """
    shuffled = sorted(photos, key=lambda photo: (photo.source, photo.image_id))
    random.Random(SEED).shuffle(shuffled)
    cells: dict[tuple[str, ...], list[Photo]] = defaultdict(list)
    taken = set()
    for photo in shuffled:
        key = (lesions[photo.image_id], photo.image_type)
        if key not in taken:
            taken.add(key)
            cells[photo.source, photo.image_type, str(photo.label)].append(photo)
    each = 1
    while _count(cells.values(), each) < _count(cells.values(), each + 1) <= most:
        each += 1
    chosen = [photo for cell in cells.values() for photo in cell[:each]]
    return sorted(chosen, key=lambda photo: (photo.source, photo.image_id))


def build_cases(photos: Sequence[Photo], lesions: Mapping[str, str]) -> ReferenceCases:
    """Reads the chosen photos and makes the file of the reference cases.

    Args:
        photos: N photos, as `choose_cases` returns them.
        lesions: as in `choose_cases`.

    Raises:
        ImageError: a photo cannot be read.
    """
    files, prints = [], []
    for photo in photos:
        image = read_image(photo.path)
        small = cv2.cvtColor(to_input(image, SIDE), cv2.COLOR_RGB2BGR)
        files.append(cv2.imencode(".webp", small, (cv2.IMWRITE_WEBP_QUALITY, QUALITY))[1].ravel())
        prints.append(make_print(to_input(image, PRINT_SIDE)))
    return ReferenceCases(
        ids=np.array([photo.image_id for photo in photos]),
        labels=np.array([LABELS.index(str(photo.label)) for photo in photos], np.int64),
        sources=np.array([photo.source for photo in photos]),
        image_types=np.array([photo.image_type for photo in photos]),
        lesions=np.array([lesions[photo.image_id] for photo in photos]),
        bounds=np.cumsum([0, *map(len, files)], dtype=np.int64),
        files=np.concatenate(files),
        prints=np.stack(prints),
    )


def _count(cells: Iterable[Sequence[Photo]], each: int) -> int:
    return sum(min(len(cell), each) for cell in cells)
