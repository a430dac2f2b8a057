"""Runs a network on many photos and caches its feature maps on disk.

Learning reads each photo many times. The network needs to run on it only once.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import akida
import numpy as np
from tqdm import tqdm

from qana.edge_learning.spike_generator import compute_feature_maps
from qana.imaging import read_image, to_input
from qana.inference.manifest import ModelEntry

BATCH_SIZE = 32
Run = Callable[[np.ndarray], np.ndarray]
"""Maps (N, S, S, 3) uint8 photos to an (N, ...) uint8 array."""


@dataclass(frozen=True)
class LabelledMaps:
    """Feature maps of N photos with their classes.

    Attributes:
        maps: (N, H, W, C) uint8, 0 to 15, output of the last layer before the head.
        labels: (N,) indices into `qana.classes.LABELS`.
    """

    maps: np.ndarray
    labels: np.ndarray


def load_feature_maps(
    front: akida.Model, paths: Sequence[Path], entry: ModelEntry, runs: Path, part: str
) -> np.ndarray:
    """Loads the last feature maps of a part of HAM10000, or computes and caches them.

    Args:
        front: network without its head, see `qana.edge_learning.spike_generator.remove_head`.
        paths: (N,) photos.
        entry: model that `front` belongs to.
        runs: folder of the cache.
        part: name of the part, for example "train".

    Returns:
        (N, H, W, C) uint8.
    """
    # The photos are part of the name, so that maps of an earlier split are not read for this one.
    photos = hashlib.sha256("\n".join(path.stem for path in paths).encode()).hexdigest()
    cache = runs / "edge" / f"{entry.sha256[:12]}-{part}-{photos[:12]}.npy"
    return run_on_photos(
        paths, entry.input_shape[0], lambda photos: compute_feature_maps(front, photos), cache
    )


def run_on_photos(
    paths: Sequence[Path], size: int, run: Run, cache: Path | None = None
) -> np.ndarray:
    """Runs a network on photos, preprocessed as by the deployed classifier.

    Args:
        paths: (N,) photos.
        size: side of the network's input, in pixels.
        run: the network.
        cache: .npy file with the result. It is read if it exists, otherwise written. None for no
            cache.

    Returns:
        (N, ...) uint8.
    """
    if cache and cache.is_file():
        return np.load(cache)
    found = []
    for at in tqdm(range(0, len(paths), BATCH_SIZE), "photos", unit="batch"):
        photos = [to_input(read_image(path), size) for path in paths[at : at + BATCH_SIZE]]
        found.append(run(np.stack(photos)))
    result = np.concatenate(found)
    if cache:
        cache.parent.mkdir(parents=True, exist_ok=True)
        unfinished = cache.with_suffix(".unfinished.npy")
        np.save(unfinished, result)
        unfinished.replace(cache)  # an interrupted save must not leave a partial result
    return result
