"""Classifies photos of any source, as they are or changed, for the sections of a protocol."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from zlib import crc32

import numpy as np

from qana.classes import LABELS
from qana.data.photo import Photo
from qana.errors import ImageError
from qana.evaluation.estimates import Answers, make_answers
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.prediction import Prediction

Change: TypeAlias = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Takes an (H, W, 3) uint8 photo and random numbers and returns a changed copy."""
SEED = 20180161
"""Seed of every choice of photos, the same as that of the splits. It was never tuned."""
PROGRESS_STEP = 1000


@dataclass(frozen=True)
class ClassifiedPhotos:
    """Photos and what the network gave for them.

    Attributes:
        photos: N photos.
        logits: (N, 7) float32.
        events: (N,) int64, events of all hidden layers.
        passes: (N,) bool, True where the gate lets the photo pass.
        temperature: divides the logits.
    """

    photos: Sequence[Photo]
    logits: np.ndarray
    events: np.ndarray
    passes: np.ndarray
    temperature: float

    @property
    def answers(self) -> Answers:
        """The answers at the temperature of the model."""
        return make_answers(self.photos, self.logits, self.temperature)

    @property
    def predicted(self) -> np.ndarray:
        """(N,) index of the most probable class."""
        return self.logits.argmax(axis=1)

    @property
    def groups(self) -> np.ndarray:
        """(N,) lesion of each photo, or its patient."""
        return np.array([photo.group_id for photo in self.photos], dtype=str)

    def select(self, indices: Sequence[int]) -> "ClassifiedPhotos":
        """Selects some of the photos by their indices."""
        kept = np.array(indices, dtype=np.int64)
        return ClassifiedPhotos(
            [self.photos[index] for index in indices],
            self.logits[kept],
            self.events[kept],
            self.passes[kept],
            self.temperature,
        )


def classify_photos(
    classifier: AkidaClassifier,
    photos: Sequence[Photo],
    progress: Callable[[str], None] = lambda _line: None,
) -> ClassifiedPhotos:
    """Reads and classifies photos.

    Args:
        classifier: the classifier.
        photos: N photos.
        progress: receives a line for every thousand photos.

    Raises:
        ImageError: a photo cannot be read; the sentence names it.
    """

    def read() -> Iterator[np.ndarray]:
        for number, photo in enumerate(photos, start=1):
            yield read_photo(photo)
            if number % PROGRESS_STEP == 0:
                progress(f"{number} of {len(photos)} photos")

    return collect(classifier, photos, read())


def collect(
    classifier: AkidaClassifier, photos: Sequence[Photo], images: Iterable[np.ndarray]
) -> ClassifiedPhotos:
    """Classifies images that are read or changed already.

    Args:
        classifier: the classifier.
        photos: N photos that the images belong to.
        images: N images, each (H, W, 3) uint8 RGB.
    """
    answers = [_keep_numbers(classifier.classify(image)) for image in images]
    return ClassifiedPhotos(
        photos,
        np.array([logits for logits, _, _ in answers], np.float32).reshape(-1, len(LABELS)),
        np.array([events for _, events, _ in answers], np.int64),
        np.array([passes for _, _, passes in answers], bool),
        classifier.entry.temperature,
    )


def read_photo(photo: Photo) -> np.ndarray:
    """Reads the pixels of a photo.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        ImageError: the photo cannot be read; the sentence names it.
    """
    try:
        return read_image(photo.path)
    except ImageError as error:
        raise ImageError(f"{photo.path.name}: {error}") from None


def change_photos(photos: Sequence[Photo], change: Change) -> Iterator[np.ndarray]:
    """Reads photos and changes each; its name seeds the random numbers."""
    return (change(read_photo(photo), make_random(photo)) for photo in photos)


def make_random(photo: Photo) -> np.random.Generator:
    """Makes the random numbers of a photo, the same in every run."""
    return np.random.default_rng([SEED, crc32(photo.image_id.encode())])


def choose_photos(photos: Sequence[Photo], most: int) -> list[Photo]:
    """Chooses whole lesions (or patients) at random until enough photos are there.

    Args:
        photos: photos of one source and image type.
        most: largest number of photos. If all are fewer, all are chosen.

    Returns:
        The photos, in the given order. The choice is the same in every run.
    """
    if len(photos) <= most:
        return list(photos)
    groups = sorted({photo.group_id for photo in photos})
    rank = {
        group: place
        for place, group in enumerate(np.random.default_rng(SEED).permutation(groups).tolist())
    }
    nearest = sorted(photos, key=lambda photo: (rank[photo.group_id], photo.image_id))
    chosen = {photo.image_id for photo in nearest[:most]}
    return [photo for photo in photos if photo.image_id in chosen]


def _keep_numbers(prediction: Prediction) -> tuple[np.ndarray, int, bool]:
    """Drops the integers of the layers, which take megabytes for each photo."""
    return prediction.logits, prediction.events, not prediction.out_of_distribution
