"""Baselines for the edge head on the same spikes: nearest class mean, and ridge regression."""

import numpy as np

from qana.edge_learning.recognition_scores import score_predictions

RIDGES = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5)
"""Ridge penalties that `choose_ridge` compares."""
CLASS_WEIGHT = 1000.0
"""Total weight of the photos of each class in the least squares of `DenseHead`."""


class NearestMean:
    """Nearest class mean classifier with Euclidean distance.

    Source: Mensink et al., "Distance-based image classification: generalizing to new classes at
    near-zero cost", TPAMI 2013, https://doi.org/10.1109/TPAMI.2013.83.
    """

    def __init__(self, spikes: np.ndarray, labels: np.ndarray, classes: int) -> None:
        """Computes the class means.

        Args:
            spikes: (N, S) uint8, 0 or 1, of the training photos.
            labels: (N,) class indices. Every class must occur.
            classes: number of classes C.
        """
        self._means = np.stack([spikes[labels == c].mean(axis=0) for c in range(classes)])

    def predict(self, spikes: np.ndarray) -> np.ndarray:
        """Predicts classes.

        Args:
            spikes: (N, S) uint8, 0 or 1.

        Returns:
            (N,) class indices.
        """
        # |x - m|^2 without |x|^2, which is the same for every class.
        distance = (self._means**2).sum(axis=1) - 2 * spikes.astype(np.float32) @ self._means.T
        return distance.argmin(axis=1)


class DenseHead:
    """Dense layer trained on the host: ridge regression on one-hot targets, solved exactly.

    Every class has the same total weight, whatever its number of photos.
    """

    def __init__(self, spikes: np.ndarray, labels: np.ndarray, classes: int, ridge: float) -> None:
        """Prepares the sums of the training photos.

        Args:
            spikes: (N, S) uint8, 0 or 1, of the training photos.
            labels: (N,) class indices. A class may have no photo.
            classes: number of classes C.
            ridge: penalty, see `choose_ridge`.
        """
        self._classes, self._ridge = classes, ridge
        pairs = [_sum_products(spikes[labels == c]) for c in range(classes)]
        self._counts = np.array([np.count_nonzero(labels == c) for c in range(classes)])
        self._grams, self._sums = (np.stack(part) for part in zip(*pairs, strict=True))

    def predict(
        self, spikes: np.ndarray, more: np.ndarray | None = None, label: int = 0
    ) -> np.ndarray:
        """Trains the layer, optionally with more photos of one class, and predicts classes.

        Args:
            spikes: (N, S) uint8, 0 or 1, of the photos to predict.
            more: (K, S) uint8 spikes of more training photos. None for no more.
            label: class index of `more`.

        Returns:
            (N,) class indices. A class without training photos is never predicted.
        """
        grams, sums, counts = self._grams, self._sums, self._counts
        if more is not None and len(more):
            grams, sums, counts = grams.copy(), sums.copy(), counts.copy()
            gram, total = _sum_products(more)
            grams[label] += gram
            sums[label] += total
            counts[label] += len(more)
        weights = np.divide(CLASS_WEIGHT, counts, out=np.zeros(self._classes), where=counts > 0)
        gram = np.tensordot(weights, grams, axes=1)
        gram[np.diag_indices_from(gram)] += self._ridge
        kernel = np.linalg.solve(gram, (weights[:, None] * sums).T)
        scores = _add_bias_column(spikes) @ kernel
        scores[:, counts == 0] = -np.inf
        return scores.argmax(axis=1)


def choose_ridge(
    spikes: np.ndarray,
    labels: np.ndarray,
    validation_spikes: np.ndarray,
    validation_labels: np.ndarray,
    classes: int,
) -> float:
    """Chooses the penalty of `RIDGES` with the best balanced accuracy on validation photos.

    Args:
        spikes: (N, S) uint8, 0 or 1, of the training photos.
        labels: (N,) their class indices.
        validation_spikes: (M, S) uint8, 0 or 1, of the validation photos.
        validation_labels: (M,) their class indices.
        classes: number of classes C.

    Returns:
        Penalty for `DenseHead`.
    """

    def score_ridge(ridge: float) -> float:
        predicted = DenseHead(spikes, labels, classes, ridge).predict(validation_spikes)
        return score_predictions(predicted, validation_labels, classes).balanced_accuracy

    return max(RIDGES, key=score_ridge)


def _add_bias_column(spikes: np.ndarray) -> np.ndarray:
    return np.concatenate([spikes, np.ones((len(spikes), 1))], axis=1, dtype=np.float32)


def _sum_products(spikes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Computes the Gram matrix, (S + 1, S + 1), and the sum, (S + 1,), of spikes with a bias."""
    rows = _add_bias_column(spikes)
    return (rows.T @ rows).astype(np.float64), rows.sum(axis=0, dtype=np.float64)
