"""What a network makes of many photos, made once: hours of lessons need it one time a photo."""

from collections.abc import Callable, Sequence
from pathlib import Path

import akida
import numpy as np
from tqdm import tqdm

from qana.edge_learning.spike_generator import compute_feature_maps
from qana.imaging import read_image, to_input
from qana.inference.manifest import ModelEntry

BATCH = 32
Run = Callable[[np.ndarray], np.ndarray]
"""(N, S, S, 3) uint8 photos to (N, ...) uint8."""


def load_feature_maps(
    front: akida.Model, paths: Sequence[Path], entry: ModelEntry, runs: Path, part: str
) -> np.ndarray:
    """Last feature maps of a subset of HAM10000, kept in `runs` for the next who asks.

    Args:
        front: see `qana.edge_learning.spike_generator.remove_head`.
        paths: N photos.
        entry: of the model that the front is of.
        runs: folder to keep them in.
        part: name of the subset.

    Returns:
        (N, H, W, C) uint8.
    """
    kept = runs / "edge" / f"{entry.sha256[:12]}-{part}.npy"
    return run_on_photos(
        paths, entry.input_shape[0], lambda x: compute_feature_maps(front, x), kept
    )


def run_on_photos(
    paths: Sequence[Path], size: int, run: Run, kept: Path | None = None
) -> np.ndarray:
    """What a network makes of each photo, as the deployed classifier would read it.

    Args:
        paths: N photos.
        size: side of the input, pixels.
        run: the network.
        kept: .npy file that the result is kept in, or taken from; None keeps nothing.

    Returns:
        (N, ...) uint8.
    """
    if kept and kept.is_file():
        return np.load(kept)
    found = []
    for at in tqdm(range(0, len(paths), BATCH), "photos", unit="batch"):
        photos = [to_input(read_image(path), size) for path in paths[at : at + BATCH]]
        found.append(run(np.stack(photos)))
    result = np.concatenate(found)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(".unfinished.npy")
        np.save(unfinished, result)
        unfinished.replace(kept)  # a stop in the middle of a save must not look like a result
    return result
