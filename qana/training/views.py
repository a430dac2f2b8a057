"""Endless augmented batches of the training photos, drawn and labelled as a recipe says."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from qana.data.augmentation import augment
from qana.labels import LABELS

Label = Callable[[np.ndarray], np.ndarray]
"""Pictures (B, S, S, 3) uint8 to what a teacher thinks of them, (B, 7) float32 probabilities."""


@dataclass(frozen=True)
class Views:
    """Photos and how they are shown.

    Attributes:
        frames: (N, H, W, 3) uint8.
        labels: (N,) integer.
        size: side of a picture, pixels.
        balance: photos are drawn with weight (class size) ** -balance: 0 as they are, 1 all
            classes alike.
        smoothing: share of a target that is spread over all classes, 0 to 1.
        mixup: parameter of the Beta distribution that two pictures are blended by (Zhang et al.,
            "mixup", ICLR 2018); 0 blends none.
        augmentation: factor of all ranges of augmentation but the turn.
        teacher: labels the pictures where there is one; its pictures are `teacher_size` wide.
        teacher_size: pixels.
        trust: share of the target that is the teacher's, 0 to 1.
    """

    frames: np.ndarray
    labels: np.ndarray
    size: int
    balance: float = 0.5
    smoothing: float = 0.1
    mixup: float = 0.0
    augmentation: float = 1.0
    teacher: Label | None = None
    teacher_size: int = 0
    trust: float = 0.0

    @property
    def photos(self) -> int:
        """How many there are."""
        return len(self.labels)

    def batches(self, batch: int, seed: tuple[int, ...]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Endless pictures (B, size, size, 3) uint8 and targets (B, 7) float32, rows summing to 1.

        Args:
            batch: B.
            seed: the same one gives the same batches.
        """
        random = np.random.default_rng(seed)
        frequency = np.bincount(self.labels, minlength=len(LABELS))
        weights = frequency[self.labels].astype(np.float64) ** -self.balance
        weights /= weights.sum()
        one_hot = np.eye(len(LABELS), dtype=np.float32)[self.labels]
        smooth = one_hot * (1 - self.smoothing) + np.float32(self.smoothing / len(LABELS))
        drawn_size = max(self.size, self.teacher_size)
        # The next batch is made while the present one is learned from.
        with ThreadPoolExecutor(1) as ahead:
            make = lambda: self._batch(random, weights, smooth, batch, drawn_size)  # noqa: E731
            coming = ahead.submit(make)
            while True:
                ready, coming = coming, ahead.submit(make)
                yield ready.result()

    def _batch(
        self,
        random: np.random.Generator,
        weights: np.ndarray,
        smooth: np.ndarray,
        batch: int,
        size: int,
    ) -> tuple[np.ndarray, np.ndarray]:
        chosen = random.choice(len(weights), batch, p=weights)
        strength = self.augmentation
        pictures = np.stack(
            [augment(self.frames[index], size, random, strength) for index in chosen]
        )
        targets = smooth[chosen]
        if self.mixup:
            share = random.beta(self.mixup, self.mixup)
            pictures = cv2.addWeighted(pictures, share, pictures[::-1].copy(), 1 - share, 0)
            targets = np.float32(share) * targets + np.float32(1 - share) * targets[::-1]
        if self.teacher:
            thought = self.teacher(_sized(pictures, self.teacher_size))
            targets = (1 - self.trust) * targets + self.trust * thought
        return _sized(pictures, self.size), targets.astype(np.float32)


def _sized(pictures: np.ndarray, size: int) -> np.ndarray:
    if pictures.shape[1] == size:
        return pictures
    return np.stack(
        [cv2.resize(one, (size, size), interpolation=cv2.INTER_AREA) for one in pictures]
    )
