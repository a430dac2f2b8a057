"""Finds photos of one lesion by their pixels, within and across data sets.

Votes of local features propose pairs of photos of different lesions or patients. A pair is kept if
one similarity transformation maps enough features from one photo to the other.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from tqdm import tqdm

from qana.data import local_features, similar_photos
from qana.data.local_features import LocalFeatures, count_inliers, extract_local_features
from qana.data.photo import DERMOSCOPIC, Photo
from qana.data.same_lesion import Pair, SameLesion
from qana.data.similar_photos import find_similar_photos
from qana.errors import DataError, ImageError
from qana.imaging import read_image

NEIGHBOURS = 12
"""Largest number of candidates for each photo in each data set."""
LEAST_INLIERS = 7
"""Least number of inliers of a pair, where nothing below applies. These numbers come from looking
at the pairs of each kind: from here on nearly all show one lesion."""
LEAST_HAM10000 = 6
"""The same for photos of HAM10000 and of HAM10000 and MILK10k, which share clinics."""
LEAST_ISIC2017 = 8
"""The same for photos of ISIC 2017, because many show the same scale bar."""
LEAST_WITHOUT_DERMATOSCOPE = 10
"""The same for two photos without a dermatoscope, because rulers and folds of skin look alike."""
PHOTOS_PER_FILE = 500
"""Number of photos with features in one file."""
PAIRS_PER_FILE = 20_000
"""Number of candidates with inliers in one file."""
THREADS = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


def find_same_lesions(
    photos: Sequence[Photo], runs: Path, stored: Iterable[Pair] = ()
) -> list[SameLesion]:
    """Finds pairs of photos that show the same lesion under different lesion or patient ids.

    All photos of the data sets take about half an hour on two cores and 4 GB of memory. An
    interrupted search continues.

    Args:
        photos: photos of one or several data sets, in any order.
        runs: folder for checkpoints.
        stored: pairs that an earlier search found. They are candidates again, because the votes
            propose only about nine of ten pairs.

    Returns:
        The pairs, sorted.

    Raises:
        DataError: a photo cannot be read.
    """
    # The order of two photos matters slightly to their inliers.
    photos = sorted(photos, key=lambda photo: photo.image_id)
    cv2.setNumThreads(1)  # the threads below are enough
    folder = runs / "same_lesions" / _digest(photos)
    folder.mkdir(parents=True, exist_ok=True)
    features = _load_features(photos, folder)
    candidates = _load_candidates(photos, features, folder)
    inliers = _load_inliers(candidates, features, folder)
    counts = dict(zip(map(tuple, candidates.tolist()), inliers.tolist(), strict=True))
    index_of = {photo.image_id: index for index, photo in enumerate(photos)}
    for pair in stored:
        if index_of.keys() >= set(pair):
            first, second = sorted(index_of[image_id] for image_id in pair)
            counts[first, second] = count_inliers(features[first], features[second])
    return sorted(
        SameLesion(a.image_id, a.source, b.image_id, b.source, count)
        for (a, b), count in (
            ((photos[first], photos[second]), count) for (first, second), count in counts.items()
        )
        if count >= get_least_inliers(a, b)
    )


def get_least_inliers(a: Photo, b: Photo) -> int:
    """Returns the least number of inliers of a pair."""
    sources = {a.source, b.source}
    if DERMOSCOPIC not in (a.image_type, b.image_type):
        return LEAST_WITHOUT_DERMATOSCOPE
    if sources == {"isic2017"}:
        return LEAST_ISIC2017
    if "ham10000" in sources and sources <= {"ham10000", "milk10k"}:
        return LEAST_HAM10000
    return LEAST_INLIERS


def _digest(photos: Sequence[Photo]) -> str:
    """Returns a name for the checkpoints of these photos and of this version of the search."""
    digest = hashlib.sha256()
    for module in (local_features, similar_photos):
        digest.update(Path(str(module.__file__)).read_bytes())
    for photo in photos:
        digest.update(f"{photo.image_id} {photo.group_id} {photo.path.stat().st_size}\n".encode())
    return digest.hexdigest()[:16]


def _load_features(photos: Sequence[Photo], folder: Path) -> list[LocalFeatures]:
    features = []
    blocks = range(0, len(photos), PHOTOS_PER_FILE)
    for at in tqdm(blocks, "local features", unit_scale=PHOTOS_PER_FILE, unit="photo"):
        path = folder / f"features_{at}.npz"
        if not path.is_file():
            found = _map(_extract, photos[at : at + PHOTOS_PER_FILE])
            _save(
                path,
                counts=np.array([len(one.places) for one in found]),
                places=np.concatenate([one.places for one in found]),
                descriptors=np.concatenate([one.descriptors for one in found]),
            )
        with np.load(path) as saved:
            ends = np.cumsum(saved["counts"])[:-1]
            places, descriptors = (np.split(saved[key], ends) for key in ("places", "descriptors"))
        features += [LocalFeatures(*one) for one in zip(places, descriptors, strict=True)]
    return features


def _extract(photo: Photo) -> LocalFeatures:
    try:
        return extract_local_features(read_image(photo.path))
    except ImageError as error:
        raise DataError(f"{photo.path.name} cannot be read. {error}") from None


def _load_candidates(
    photos: Sequence[Photo], features: Sequence[LocalFeatures], folder: Path
) -> np.ndarray:
    """Returns (P, 2) int64: indices of the photos of each candidate."""
    path = folder / "candidates.npz"
    if not path.is_file():
        groups = [f"{photo.source} {photo.group_id}" for photo in photos]
        sources = [photo.source for photo in photos]
        with tqdm(total=1.0, desc="candidates", bar_format="{l_bar}{bar}{elapsed}") as bar:
            found = find_similar_photos(
                features, groups, sources, NEIGHBOURS, lambda share: bar.update(share - bar.n)
            )
        _save(path, pairs=np.array(found, np.int64).reshape(-1, 2))
    with np.load(path) as saved:
        return saved["pairs"]


def _load_inliers(
    candidates: np.ndarray, features: Sequence[LocalFeatures], folder: Path
) -> np.ndarray:
    """Returns (P,) int64: number of inliers of each candidate."""

    def count(pair: np.ndarray) -> int:
        return count_inliers(features[pair[0]], features[pair[1]])

    inliers = [np.zeros(0, np.int64)]
    blocks = range(0, len(candidates), PAIRS_PER_FILE)
    for at in tqdm(blocks, "inliers", unit_scale=PAIRS_PER_FILE, unit="pair"):
        path = folder / f"inliers_{at}.npz"
        if not path.is_file():
            counts = _map(count, candidates[at : at + PAIRS_PER_FILE])
            _save(path, inliers=np.array(counts, np.int64))
        with np.load(path) as saved:
            inliers.append(saved["inliers"])
    return np.concatenate(inliers)


def _map(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(function, items))


def _save(path: Path, **arrays: np.ndarray) -> None:
    """Writes a file under another name first, so that an interrupted write leaves no file."""
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **arrays)
    partial.replace(path)
