"""Measures the leak of the paper's split: what its test subset shares with its training subset."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qana.data.paper_split import SplitRow
from qana.data.photo import Photo


@dataclass(frozen=True)
class TrainingOverlap:
    """What the test subset of the paper's split shares with its training subset.

    Attributes:
        test_images: number of test images.
        own_source: share of the test images with their source photo, or another copy of it, in
            the training subset, 0 to 1.
        own_source_not_nevi: the same share of the test images that do not show nevi.
        own_lesion: share of the test images with any photo of their lesion in the training subset.
        identical_images: share of the test images with a byte-identical photo under another
            image_id in the training subset.
    """

    test_images: int
    own_source: float
    own_source_not_nevi: float
    own_lesion: float
    identical_images: float


def measure_overlap(rows: Sequence[SplitRow], photos: Sequence[Photo]) -> TrainingOverlap:
    """Measures how much of the test subset is also in the training subset.

    Args:
        rows: rows of the split.
        photos: all photos of the split.

    Returns:
        The share of each kind of overlap.
    """
    of = {photo.image_id: photo for photo in photos}
    train = [row for row in rows if row.subset == "train"]
    test = [row for row in rows if row.subset == "test"]
    sources = {row.image_id for row in train}
    lesions = {of[image_id].lesion_id for image_id in sources}
    owners: dict[str, set[str]] = defaultdict(set)
    digest = {p.image_id: hashlib.sha256(p.path.read_bytes()).hexdigest() for p in photos}
    for image_id in sources:
        owners[digest[image_id]].add(image_id)
    not_nevi = [row for row in test if of[row.image_id].label != "nv"]

    def share(hits: Iterable[bool], among: Sequence[SplitRow]) -> float:
        return sum(hits) / len(among) if among else 0.0

    return TrainingOverlap(
        test_images=len(test),
        own_source=share((row.image_id in sources for row in test), test),
        own_source_not_nevi=share((row.image_id in sources for row in not_nevi), not_nevi),
        own_lesion=share((of[row.image_id].lesion_id in lesions for row in test), test),
        identical_images=share(
            (bool(owners[digest[row.image_id]] - {row.image_id}) for row in test), test
        ),
    )
