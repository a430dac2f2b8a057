"""How sure a metric is, given that photos of one lesion are not independent."""

from collections.abc import Sequence

import numpy as np

from qana.labels import LABELS

LEVEL = (2.5, 97.5)


def intervals(
    labels: np.ndarray,
    predicted: np.ndarray,
    groups: Sequence[str],
    draws: int = 1000,
    seed: int = 0,
) -> dict[str, list[float]]:
    """95 % percentile intervals from a bootstrap over lesions.

    Whole lesions are drawn with replacement, since their photos stand or fall together (cluster
    bootstrap: Field and Welsh, J. R. Stat. Soc. B 69, 2007).

    Args:
        labels: (N,) integer true classes.
        predicted: (N,) integer answers.
        groups: N lesion ids.
        draws: bootstrap samples.
        seed: of the draws.

    Returns:
        accuracy, balanced_accuracy and macro_f1, each [low, high].
    """
    _, lesion = np.unique(np.asarray(groups), return_inverse=True)
    count, classes = int(lesion.max()) + 1, len(LABELS)
    # One confusion matrix a lesion: a bootstrap sample is then a weighted sum of them.
    confusions = np.zeros((count, classes, classes))
    np.add.at(confusions, (lesion, labels, predicted), 1)
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=draws)
    sampled = (times @ confusions.reshape(count, -1)).reshape(draws, classes, classes)
    hits = np.diagonal(sampled, axis1=1, axis2=2)
    true, answered = sampled.sum(axis=2), sampled.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = np.where(true > 0, hits / true, np.nan)
        f1 = np.where(true > 0, 2 * hits / (true + answered), np.nan)
    metrics = {
        "accuracy": hits.sum(axis=1) / true.sum(axis=1),
        "balanced_accuracy": np.nanmean(recall, axis=1),
        "macro_f1": np.nanmean(f1, axis=1),
    }
    return {
        name: [float(bound) for bound in np.percentile(values, LEVEL)]
        for name, values in metrics.items()
    }
