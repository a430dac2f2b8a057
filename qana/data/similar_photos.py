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
CELL_SIZE = 2000
"""Mean number of features in a cell. Only features of one cell are compared."""
CELLS_PER_FEATURE = 2
"""Number of nearest cells in which similar features are searched."""
SAMPLES_PER_CELL = 40
"""Number of features for each cell from which the cells are made."""
STEPS = 6
"""Number of steps of k-means."""
VOTES_PER_SOURCE = 3
"""Number of most similar features of each data set that a feature votes for in a cell. The largest
data sets would get all votes otherwise."""
LEAST_SIMILARITY = 0.86
"""Least cosine of two similar features: 99 % of those of one place in two photos have more."""
TURNS = 12
"""Number of bins for the turn between two photos. The votes of two neighbouring bins count."""
LEAST_VOTES = 3
"""Least number of votes of a candidate."""
BLOCK = 20_000
"""Number of features that are assigned to cells at once."""


def find_similar_photos(
    features: Sequence[LocalFeatures],
    groups: Sequence[str],
    sources: Sequence[str],
    neighbours: int,
    progress: Callable[[float], None],
) -> list[tuple[int, int]]:
    """Finds pairs of photos with similar features.

    Args:
        features: local features of each photo.
        groups: group of each photo. Photos of one group are no pair.
        sources: data set of each photo.
        neighbours: largest number of candidates for each photo in each data set.
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
    group_of = np.unique(np.asarray(groups), return_inverse=True)[1]
    source_of = np.unique(np.asarray(sources), return_inverse=True)[1]
    centres = _make_cells(descriptors)
    cells = np.concatenate(
        [
            _find_cells(normalize_descriptors(descriptors[at : at + BLOCK]), centres)
            for at in range(0, len(descriptors), BLOCK)
        ]
    )
    compared = _compare(
        descriptors, cells, group_of[owners], source_of[owners], len(centres), progress
    )
    votes = [_make_votes(owners, turns, first, second, len(features)) for first, second in compared]
    return _choose(np.concatenate(votes), source_of, neighbours) if votes else []


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
    source_of: np.ndarray,
    count: int,
    progress: Callable[[float], None],
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields the indices of features and of the similar features of other groups in each cell."""
    order = np.lexsort((source_of, cells[:, 0]))
    starts = np.searchsorted(cells[order, 0], np.arange(count + 1))
    searching = np.argsort(cells.ravel(), kind="stable")
    searching_starts = np.searchsorted(cells.ravel()[searching], np.arange(count + 1))
    for cell in range(count):
        members = order[starts[cell] : starts[cell + 1]]
        queries = searching[searching_starts[cell] : searching_starts[cell + 1]]
        queries = queries // CELLS_PER_FEATURE
        similarity = (
            normalize_descriptors(descriptors[queries])
            @ normalize_descriptors(descriptors[members]).T
        )
        similarity[group_of[queries][:, None] == group_of[members][None]] = -2
        sources = source_of[members]
        for source in np.unique(sources):
            low, high = np.searchsorted(sources, (source, source + 1))
            for first, second in _find_most_similar(similarity[:, low:high]):
                yield queries[first], members[low + second]
        progress((cell + 1) / count)


def _find_most_similar(similarity: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields rows and columns of the largest values of each row, and overwrites them."""
    rows = np.arange(len(similarity))
    for _ in range(min(VOTES_PER_SOURCE, similarity.shape[1])):
        best = similarity.argmax(axis=1)
        enough = similarity[rows, best] >= LEAST_SIMILARITY
        yield rows[enough], best[enough]
        similarity[rows, best] = -2


def _make_votes(
    owners: np.ndarray, turns: np.ndarray, first: np.ndarray, second: np.ndarray, count: int
) -> np.ndarray:
    """Encodes the pair of photos and the turn between them of each vote as an integer."""
    swapped = owners[first] > owners[second]
    low, high = np.where(swapped, second, first), np.where(swapped, first, second)
    turn = ((turns[high] - turns[low]) % 360 / 360 * TURNS).astype(np.int64) % TURNS
    return (owners[low] * count + owners[high]) * TURNS + turn


def _choose(votes: np.ndarray, source_of: np.ndarray, neighbours: int) -> list[tuple[int, int]]:
    """Chooses for each photo the pairs with the most votes in each data set."""
    count = len(source_of)
    votes.sort()
    starts = np.flatnonzero(np.diff(votes, prepend=-1))
    keys, numbers = votes[starts], np.diff(starts, append=len(votes))
    following = keys - keys % TURNS + (keys % TURNS + 1) % TURNS
    where = np.searchsorted(keys, following).clip(max=len(keys) - 1)
    numbers = numbers + np.where(keys[where] == following, numbers[where], 0)
    enough = numbers >= LEAST_VOTES
    pairs, numbers = keys[enough] // TURNS, numbers[enough]
    order = np.lexsort((-numbers, pairs))
    pairs, where = np.unique(pairs[order], return_index=True)
    numbers = numbers[order][where]
    low, high = pairs // count, pairs % count
    searches = np.concatenate(
        [low * (count + 1) + source_of[high], high * (count + 1) + source_of[low]]
    )
    order = np.lexsort((-np.tile(numbers, 2), searches))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order)) - np.searchsorted(searches[order], searches[order])
    best = (ranks < neighbours).reshape(2, -1).any(axis=0)
    return [divmod(int(pair), count) for pair in pairs[best]]
