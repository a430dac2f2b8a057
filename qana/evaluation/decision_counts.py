"""Stores the decisions of "needs a look" at every whole percent, and computes their net benefit.

Needs numpy alone, so that the pages of the light version can use it.
"""

from dataclasses import dataclass

import numpy as np

from qana.evaluation.operating_points import OperatingCurve

PERCENTS = 100


@dataclass(frozen=True)
class DecisionCounts:
    """The decisions on test photos if all from a threshold on are called.

    Attributes:
        positives: photos that need a look.
        negatives: photos that do not.
        found: called positives at the thresholds of 0 %, 1 % up to 100 %.
        alarmed: called negatives at the same thresholds.
    """

    positives: int
    negatives: int
    found: list[int]
    alarmed: list[int]

    @property
    def curve(self) -> OperatingCurve:
        """The same decisions as a curve, from none called to all called."""
        thresholds = np.arange(PERCENTS, -1, -1) / PERCENTS
        return OperatingCurve(
            thresholds=np.concatenate([[np.inf], thresholds]),
            found=np.concatenate([[0], self.found[::-1]]).astype(np.int64),
            alarmed=np.concatenate([[0], self.alarmed[::-1]]).astype(np.int64),
        )

    @property
    def prevalence(self) -> float:
        """Share of the photos that need a look, 0 to 1."""
        return self.positives / (self.positives + self.negatives)

    def compute_net_benefit(self, percent: int) -> float:
        """Computes the net benefit of the decisions at a threshold.

        Vickers and Elkin, "Decision curve analysis", Medical Decision Making 26 (2006) 565-574: a
        threshold of p says that one found lesion is worth (1 - p) / p calls without need.

        Args:
            percent: the threshold, 0 to 99.

        Returns:
            Found lesions minus the calls without need, weighed by the odds of the threshold, for
            each photo.
        """
        return self._weigh(self.found[percent], self.alarmed[percent], percent)

    def compute_benefit_of_all(self, percent: int) -> float:
        """Computes the net benefit of calling every photo; that of calling none is 0."""
        return self._weigh(self.positives, self.negatives, percent)

    def _weigh(self, found: int, alarmed: int, percent: int) -> float:
        odds = percent / (PERCENTS - percent)
        return (found - alarmed * odds) / (self.positives + self.negatives)


def count_decisions(positive: np.ndarray, scores: np.ndarray) -> DecisionCounts | None:
    """Counts the decisions at every whole percent.

    Args:
        positive: (N,) bool.
        scores: (N,) floats, 0 to 1.

    Returns:
        The counts, or None if all photos are on one side.
    """
    positive, scores = np.asarray(positive, dtype=bool), np.asarray(scores, dtype=np.float64)
    if positive.all() or not positive.any():
        return None
    called = scores[:, None] >= np.arange(PERCENTS + 1) / PERCENTS
    return DecisionCounts(
        positives=int(positive.sum()),
        negatives=int((~positive).sum()),
        found=called[positive].sum(axis=0).tolist(),
        alarmed=called[~positive].sum(axis=0).tolist(),
    )
