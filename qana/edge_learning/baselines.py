"""What a skeptic would use in place of the edge head, on the very same spikes."""

import numpy as np

from qana.edge_learning.recognition_scores import score_predictions

RIDGES = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5)
"""Penalties of the dense head's least squares that are tried on validation, beside class weights
that sum to the number of classes times `SCALE`."""
SCALE = 1000.0


class NearestMean:
    """Nearest class mean: a photo belongs to the class whose mean code lies nearest.

    Source: Mensink et al., "Distance-based image classification: generalizing to new classes at
    near-zero cost", TPAMI 2013, in the plain Euclidean form.
    """

    def __init__(self, spikes: np.ndarray, labels: np.ndarray, classes: int) -> None:
        """Takes (N, S) spikes, (N,) labels, and the number of classes C; each must occur."""
        self._means = np.stack([spikes[labels == c].mean(axis=0) for c in range(classes)])

    def answers(self, spikes: np.ndarray) -> np.ndarray:
        """(N, S) to (N,) labels."""
        # |x - m|^2 without |x|^2, which is the same for every class.
        distance = (self._means**2).sum(axis=1) - 2 * spikes.astype(np.float32) @ self._means.T
        return distance.argmin(axis=1)


class DenseHead:
    """A dense layer trained anew on the host from all photos: least squares on one-hot targets,
    every class weighing the same, solved exactly."""

    def __init__(self, spikes: np.ndarray, labels: np.ndarray, classes: int, ridge: float) -> None:
        """Prepares (N, S) spikes and (N,) labels of C classes; a class may have none yet.

        Args:
            spikes, labels, classes: N, S and C.
            ridge: penalty, see `choose_ridge`.
        """
        self._classes, self._ridge = classes, ridge
        sums = [_sums(spikes[labels == c]) for c in range(classes)]
        self._counts = np.array([np.count_nonzero(labels == c) for c in range(classes)])
        self._grams, self._means = (np.stack(part) for part in zip(*sums, strict=True))

    def answers(
        self, spikes: np.ndarray, more: np.ndarray | None = None, label: int = 0
    ) -> np.ndarray:
        """Trains, and answers.

        Args:
            spikes: (N, S) to answer.
            more: (K, S) further spikes of class `label` to learn from; None for none.

        Returns:
            (N,) labels.
        """
        grams, sums, counts = self._grams, self._means, self._counts
        if more is not None and len(more):
            grams, sums, counts = grams.copy(), sums.copy(), counts.copy()
            gram, total = _sums(more)
            grams[label] += gram
            sums[label] += total
            counts[label] += len(more)
        weights = np.divide(SCALE, counts, out=np.zeros(self._classes), where=counts > 0)
        gram = np.tensordot(weights, grams, axes=1)
        gram[np.diag_indices_from(gram)] += self._ridge
        kernel = np.linalg.solve(gram, (weights[:, None] * sums).T)
        scores = _with_one(spikes) @ kernel
        scores[:, counts == 0] = -np.inf
        return scores.argmax(axis=1)


def choose_ridge(
    spikes: np.ndarray, labels: np.ndarray, held_out: np.ndarray, truth: np.ndarray, classes: int
) -> float:
    """The penalty of `RIDGES` with the best balanced accuracy on validation.

    Args:
        spikes, labels: (N, S) and (N,) of training photos.
        held_out, truth: the same of validation photos.
        classes: C.
    """

    def worth(ridge: float) -> float:
        answers = DenseHead(spikes, labels, classes, ridge).answers(held_out)
        return score_predictions(answers, truth, classes).balanced_accuracy

    return max(RIDGES, key=worth)


def _with_one(spikes: np.ndarray) -> np.ndarray:
    """With a column of ones, for the bias."""
    return np.concatenate([spikes, np.ones((len(spikes), 1))], axis=1, dtype=np.float32)


def _sums(spikes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows = _with_one(spikes)
    return (rows.T @ rows).astype(np.float64), rows.sum(axis=0, dtype=np.float64)
