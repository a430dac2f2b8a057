"""Stores the reference cases: training lesions that an answer is compared with.

One file holds the photos and what is known of them, for all networks. Another file for each network
holds the features of these photos. Both are plain arrays, so that numpy alone reads them.
"""

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np

from qana.classes import LABELS
from qana.errors import ModelError
from qana.inference.model_store import read_verified_bytes
from qana.resources import ASSETS

CASES_FILE = ASSETS / "reference_cases.npz"
"""Photos of all reference cases."""
SUFFIX = ".cases.npz"
"""End of the name of a file of features, after the name of its model."""
MEASURED = ".cases.json"
"""End of the name of the file with what was measured of the search, after the name of its model."""
MOST_BYTES = 50_000_000
"""Size limit of an array in such a file, unpacked."""


@dataclass(frozen=True, eq=False)
class ReferenceCases:
    """N photos of training lesions, one of each lesion and image type.

    Attributes:
        ids: (N,) identifiers of the photos, such as "ISIC_0024306".
        labels: (N,) indices in `qana.classes.LABELS`, int64.
        sources: (N,) names of the data sets.
        image_types: (N,) image types, see `qana.data.photo.IMAGE_TYPES`.
        lesions: (N,) identifiers of the lesions, by metadata and by pixels.
        bounds: (N + 1,) int64, where the photo of each case begins in `files`.
        files: bytes of the photos, WebP files of a few kilobytes, (B,) uint8.
        prints: (N, P) uint8, small grey copies of the photos, which tell one photo from another.
    """

    ids: np.ndarray
    labels: np.ndarray
    sources: np.ndarray
    image_types: np.ndarray
    lesions: np.ndarray
    bounds: np.ndarray
    files: np.ndarray
    prints: np.ndarray

    def read_file(self, index: int) -> bytes:
        """Returns the photo of a case as the bytes of a WebP file."""
        return self.files[self.bounds[index] : self.bounds[index + 1]].tobytes()

    def write(self, path: Path = CASES_FILE) -> None:
        """Writes the cases as .npz. Equal cases make equal bytes."""
        np.savez_compressed(path, **self.__dict__)


@lru_cache(maxsize=1)
def read_cases(path: Path = CASES_FILE) -> ReferenceCases:
    """Reads the photos of the reference cases.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        cases = ReferenceCases(**_load(path.read_bytes()))
        _check(cases)
    except FileNotFoundError:
        raise ModelError(
            f"The file {path.name} is missing: restore it from the repository, or make it with "
            "`python -m qana similar`."
        ) from None
    except Exception:  # numpy and zipfile raise many kinds; the user needs one sentence
        raise ModelError(
            f"The file {path.name} is damaged: restore it from the repository."
        ) from None
    return cases


def read_case_features(path: Path, digest: str, cases: ReferenceCases) -> np.ndarray:
    """Reads the features that a network gives to the reference cases.

    Args:
        path: file with the name of the model and `SUFFIX`.
        digest: SHA-256 of the file, 64 hex digits.
        cases: the reference cases.

    Returns:
        (N, F) int8 or uint8 integers that enter the last dense layer.

    Raises:
        ModelError: the file is missing or changed, or was made for other cases.
    """
    data = read_verified_bytes(path, digest)
    try:
        stored = _load(data)
        features = stored["features"]
        if features.ndim != 2 or not np.array_equal(stored["ids"], cases.ids):
            raise ValueError
    except Exception:  # as above
        raise ModelError(
            f"{path.name} was made for other photos: make it again with `python -m qana similar`."
        ) from None
    return features


def write_case_features(path: Path, cases: ReferenceCases, features: np.ndarray) -> None:
    """Writes the features that a network gives to the reference cases.

    Args:
        path: file to write, with the name of the model and `SUFFIX`.
        cases: the N reference cases.
        features: (N, F) integers, -128 to 255.
    """
    small = features.astype(np.int8 if features.min() < 0 or features.max() < 128 else np.uint8)
    if not np.array_equal(small, features):
        raise ValueError("A feature does not fit into 8 bits.")
    np.savez_compressed(path, features=small, ids=cases.ids)


def _load(data: bytes) -> dict[str, np.ndarray]:
    """Loads the arrays of an .npz file, none of them larger than `MOST_BYTES`, and no pickle."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if any(part.file_size > MOST_BYTES for part in archive.infolist()):
            raise ValueError
    with np.load(BytesIO(data), allow_pickle=False) as stored:
        return dict(stored)


def _check(cases: ReferenceCases) -> None:
    """Raises ValueError if the arrays do not belong together."""
    count = len(cases.ids)
    columns = (cases.labels, cases.sources, cases.image_types, cases.lesions, cases.prints)
    bounds = cases.bounds
    fits = all(len(column) == count for column in columns) and len(bounds) == count + 1
    if not fits or not count or cases.labels.min() < 0 or cases.labels.max() >= len(LABELS):
        raise ValueError
    if bounds[0] != 0 or (np.diff(bounds) <= 0).any() or bounds[-1] != len(cases.files):
        raise ValueError
