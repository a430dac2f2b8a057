"""Endless augmented batches of the training photos, drawn and labelled as a recipe says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from qana.classes import LABELS
from qana.data.augmentation import augment, make_fixed_view


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
        opinions: (V, N, 7) probabilities that teachers gave to V fixed views of each photo, see
            `qana.training.soft_labels`; then only these views are shown, in any of the eight
            positions of a square. None shows views without end.
        trust: share of the target that is the teachers', 0 to 1.
    """

    frames: np.ndarray
    labels: np.ndarray
    size: int
    balance: float = 0.5
    smoothing: float = 0.1
    mixup: float = 0.0
    augmentation: float = 1.0
    soft_labels: np.ndarray | None = None
    soft_label_share: float = 0.0

    @property
    def photo_count(self) -> int:
        """How many there are."""
        return len(self.labels)

    def generate_batches(
        self, batch: int, seed: tuple[int, ...]
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Endless pictures (B, size, size, 3) uint8 and targets (B, 7) float32, rows summing to 1.

        Args:
            batch: B.
            seed: the same one gives the same batches.
        """
        random = np.random.default_rng(seed)
        frequency = np.bincount(self.labels, minlength=len(LABELS))
        weights = frequency[self.labels].astype(np.float64) ** -self.balance
        weights /= weights.sum()
        # The next batch is made while the present one is learned from.
        with ThreadPoolExecutor(1) as ahead:
            make = lambda: self._batch(random, random.choice(self.photo_count, batch, p=weights))  # noqa: E731
            coming = ahead.submit(make)
            while True:
                ready, coming = coming, ahead.submit(make)
                yield ready.result()

    def _batch(
        self, random: np.random.Generator, chosen: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        one_hot = np.eye(len(LABELS), dtype=np.float32)[self.labels[chosen]]
        targets = one_hot * (1 - self.smoothing) + np.float32(self.smoothing / len(LABELS))
        if self.soft_labels is None:
            pictures = np.stack(
                [augment(self.frames[n], self.size, random, self.augmentation) for n in chosen]
            )
        else:
            numbers = random.integers(len(self.soft_labels), size=len(chosen))
            pictures = np.stack(
                [self._make_fixed_view(v, n, random) for v, n in zip(numbers, chosen, strict=True)]
            )
            opinion = self.soft_labels[numbers, chosen].astype(np.float32)
            targets = (1 - self.soft_label_share) * targets + self.soft_label_share * opinion
        if self.mixup:
            share = random.beta(self.mixup, self.mixup)
            pictures = cv2.addWeighted(pictures, share, pictures[::-1].copy(), 1 - share, 0)
            targets = share * targets + (1 - share) * targets[::-1]
        targets /= targets.sum(axis=1, keepdims=True)  # 16-bit opinions do not quite sum to 1
        return pictures, targets.astype(np.float32)

    def _make_fixed_view(self, number: int, photo: int, random: np.random.Generator) -> np.ndarray:
        picture = make_fixed_view(
            self.frames[photo], self.size, (int(number), int(photo)), self.augmentation
        )
        if random.random() < 0.5:
            picture = picture[:, ::-1]
        return np.rot90(picture, random.integers(4))
