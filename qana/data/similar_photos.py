"""Finds pairs of photos with similar local features, as candidates for photos of one lesion.

Each feature votes for the photos that have the most similar features. Votes of a pair of photos
count if they agree on the turn between the photos: Jegou, Douze, Schmid, "Hamming embedding and
weak geometric consistency for large scale image search", ECCV 2008,
doi:10.1007/978-3-540-88682-2_24.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from qana.data.local_features import LocalFeatures, normalize_descriptors

DIAMETER = 3.0
"""Least diameter in pixels of the features that vote."""
CELL_SIZE = 1200
"""Mean number of features in a cell. Only features of one cell are compared."""
CELLS_PER_FEATURE = 2
"""Number of nearest cells in which similar features are searched."""
SAMPLES_PER_CELL = 40
"""Number of features for each cell from which the cells are made."""
STEPS = 6
"""Number of steps of k-means."""
VOTES_PER_CELL = 3
"""Number of most similar features that a feature votes for in a cell."""
TURNS = 12
"""Number of bins for the turn between two photos. Each vote counts for its two nearest bins."""
LEAST_VOTES = 3
"""Least number of votes of a candidate."""
BLOCK = 20_000
"""Number of features that are assigned to cells at once."""


def find_similar_photos(
    features: Sequence[LocalFeatures],
    groups: Sequence[str],
    neighbours: int,
    progress: Callable[[float], None],
) -> list[tuple[int, int]]:
    """Finds pairs of photos with similar features.

    Args:
        features: local features of each photo.
        groups: group of each photo. Photos of one group are no pair.
        neighbours: largest number of candidates for each photo.
        progress: receives the share of the work that is done, 0 to 1.

    Returns:
        Pairs of indices of photos, the lower first, sorted.
    """
    kept = [np.flatnonzero(photo.places[:, 2] >= DIAMETER) for photo in features]
    descriptors = np.concatenate(
        [photo.descriptors[rows] for photo, rows in zip(features, kept, strict=True)]
    )
    if not len(descriptors):
        return []
    turns = np.concatenate([p.places[rows, 3] for p, rows in zip(features, kept, strict=True)])
    owners = np.repeat(np.arange(len(features)), [len(rows) for rows in kept])
    group_of = np.unique(np.asarray(groups), return_inverse=True)[1][owners]
    centres = _make_cells(descriptors)
    cells = np.concatenate(
        [
            _find_cells(normalize_descriptors(descriptors[at : at + BLOCK]), centres)
            for at in range(0, len(descriptors), BLOCK)
        ]
    )
    votes = []
    for first, second in _compare(descriptors, cells, group_of, len(centres), progress):
        votes.append(_make_votes(owners, turns, first, second, len(features)))
    return _choose(np.concatenate(votes), len(features), neighbours)


def _make_cells(descriptors: np.ndarray) -> np.ndarray:
    """Makes cells by k-means: (C, 128) float32 unit vectors."""
    generator = np.random.default_rng(0)
    count = max(1, len(descriptors) // CELL_SIZE)
    size = min(len(descriptors), count * SAMPLES_PER_CELL)
    sample = normalize_descriptors(
        descriptors[generator.choice(len(descriptors), size, replace=False)]
    )
    centres = sample[:count].copy()
    for _ in range(STEPS):
        nearest = np.concatenate(
            [(sample[at : at + BLOCK] @ centres.T).argmax(axis=1) for at in range(0, size, BLOCK)]
        )
        order = np.argsort(nearest, kind="stable")
        found, starts = np.unique(nearest[order], return_index=True)
        centres[found] = np.add.reduceat(sample[order], starts, axis=0)
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    return centres


def _find_cells(values: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Returns (N, CELLS_PER_FEATURE) int32: the nearest cells of each feature, nearest first."""
    similarity = values @ centres.T
    rows = np.arange(len(values))
    found = []
    for _ in range(CELLS_PER_FEATURE):
        found.append(similarity.argmax(axis=1))
        similarity[rows, found[-1]] = -2
    return np.stack(found, axis=1).astype(np.int32)


def _compare(
    descriptors: np.ndarray,
    cells: np.ndarray,
    group_of: np.ndarray,
    count: int,
    progress: Callable[[float], None],
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields the indices of features and of the similar features of other groups in each cell."""
    order = np.argsort(cells[:, 0], kind="stable")
    starts = np.searchsorted(cells[order, 0], np.arange(count + 1))
    searching = np.argsort(cells.ravel(), kind="stable")
    searching_starts = np.searchsorted(cells.ravel()[searching], np.arange(count + 1))
    for cell in range(count):
        members = order[starts[cell] : starts[cell + 1]]
        queries = searching[searching_starts[cell] : searching_starts[cell + 1]]
        queries = queries // CELLS_PER_FEATURE
        if len(members):
            similarity = (
                normalize_descriptors(descriptors[queries])
                @ normalize_descriptors(descriptors[members]).T
            )
            similarity[group_of[queries][:, None] == group_of[members][None]] = -2
            rows = np.arange(len(queries))
            for _ in range(min(VOTES_PER_CELL, len(members))):
                best = similarity.argmax(axis=1)
                other = similarity[rows, best] > 0
                yield queries[other], members[best[other]]
                similarity[rows, best] = -2
        progress((cell + 1) / count)


def _make_votes(
    owners: np.ndarray, turns: np.ndarray, first: np.ndarray, second: np.ndarray, count: int
) -> np.ndarray:
    """Encodes a pair of photos and a turn between them as an integer, twice for each vote."""
    swapped = owners[first] > owners[second]
    low, high = np.where(swapped, second, first), np.where(swapped, first, second)
    turn = ((turns[high] - turns[low]) % 360) / 360 * TURNS
    nearest = np.stack([np.floor(turn), np.floor(turn) + 1]).astype(np.int64) % TURNS
    return ((owners[low] * count + owners[high]) * TURNS + nearest).ravel()


def _choose(votes: np.ndarray, count: int, neighbours: int) -> list[tuple[int, int]]:
    """Chooses for each photo the pairs with the most votes."""
    keys, numbers = np.unique(votes, return_counts=True)
    enough = numbers >= LEAST_VOTES
    pairs, numbers = keys[enough] // TURNS, numbers[enough]
    order = np.lexsort((-numbers, pairs))
    pairs, where = np.unique(pairs[order], return_index=True)
    numbers = numbers[order][where]
    photos = np.concatenate([pairs // count, pairs % count])
    order = np.lexsort((-np.tile(numbers, 2), photos))
    ranks = np.empty(len(order), np.int64)
    starts = np.searchsorted(photos[order], photos[order])
    ranks[order] = np.arange(len(order)) - starts
    best = (ranks < neighbours).reshape(2, -1).any(axis=0)
    return [divmod(int(pair), count) for pair in pairs[best]]
