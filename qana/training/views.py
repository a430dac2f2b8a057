"""Generates endless augmented batches of the training photos with their targets."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from qana.classes import LABELS
from qana.data.augmentation import augment, make_fixed_view
from qana.data.degradation import draw_surround, reduce_resolution
from qana.training.sampling import compute_sampling_weights


@dataclass(frozen=True)
class Views:
    """Training photos with the settings of their augmentation and targets.

    Attributes:
        frames: (N, H, W, 3) uint8 RGB.
        labels: (N,) integers, the classes of the frames.
        size: side of a picture in pixels.
        balance: photos are sampled with weight (class size) ** -balance. With 0 all photos have the
            same weight, with 1 all classes. One number, or (N,) floats that are equal within a
            group.
        smoothing: share of a target that is spread over all classes, 0 to 1.
        mixup: parameter of the Beta distribution for blending two pictures (Zhang et al., "mixup",
            ICLR 2018). 0 blends none.
        augmentation: factor of the ranges of augmentation. Rotation always has its full range.
        soft_labels: (V, N, 7) probabilities of the teachers for V fixed views of each photo, see
            `qana.training.soft_labels`. Then only these views are used, in the eight positions of a
            square. None gives a new random view each time.
        soft_label_share: weight of the soft labels in a target, 0 to 1.
        groups: (N,) integers, the source and image type of each frame. None if all are alike.
        group_balance: 0 samples all photos alike, 1 all groups, see `qana.training.sampling`.
        reduced: share of the views that are shrunk and enlarged again, 0 to 1.
        surrounded: share of the views with the corners of a dermatoscope drawn on, 0 to 1.
        skin_frames: (K, H, W, 3) uint8 RGB, plain skin. None if there is none.
        plain_skin: share of the views that show plain skin instead of their photo, 0 to 1. Their
            targets are all 0, so only distillation without labels can use them.
    """

    frames: np.ndarray
    labels: np.ndarray
    size: int
    balance: float | np.ndarray = 0.5
    smoothing: float = 0.1
    mixup: float = 0.0
    augmentation: float = 1.0
    soft_labels: np.ndarray | None = None
    soft_label_share: float = 0.0
    groups: np.ndarray | None = None
    group_balance: float = 0.0
    reduced: float = 0.0
    surrounded: float = 0.0
    skin_frames: np.ndarray | None = None
    plain_skin: float = 0.0

    @property
    def photo_count(self) -> int:
        """Number of photos."""
        return len(self.labels)

    def generate_batches(
        self, batch: int, seed: tuple[int, ...]
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Generates endless batches.

        Args:
            batch: number of pictures in a batch, B.
            seed: equal seeds give equal batches.

        Yields:
            Pictures (B, size, size, 3) uint8 RGB, and targets (B, 7) float32. Each row of the
            targets sums to 1.
        """
        random = np.random.default_rng(seed)
        groups = np.zeros_like(self.labels) if self.groups is None else self.groups
        weights = compute_sampling_weights(self.labels, groups, self.balance, self.group_balance)

        def make_next() -> tuple[np.ndarray, np.ndarray]:
            return self._make_batch(random, random.choice(self.photo_count, batch, p=weights))

        # The next batch is made while the network trains on the current one.
        with ThreadPoolExecutor(1) as executor:
            following = executor.submit(make_next)
            while True:
                ready, following = following, executor.submit(make_next)
                yield ready.result()

    def _make_batch(
        self, random: np.random.Generator, chosen: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Makes one batch of the photos with the indices `chosen`, (B,) integers."""
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
        if self.soft_labels is not None:
            soft_targets = self.soft_labels[numbers, chosen].astype(np.float32)
            targets = (1 - self.soft_label_share) * targets + self.soft_label_share * soft_targets
        if self.reduced or self.surrounded:
            pictures = np.stack([self._degrade(picture, random) for picture in pictures])
        if self.mixup:
            share = random.beta(self.mixup, self.mixup)
            pictures = cv2.addWeighted(pictures, share, pictures[::-1].copy(), 1 - share, 0)
            targets = share * targets + (1 - share) * targets[::-1]
        is_skin = np.zeros(len(chosen), bool)
        if self.skin_frames is not None:  # after blending, so that no lesion is left in a view
            pictures, is_skin = self._insert_plain_skin(pictures, self.skin_frames, random)
        targets /= targets.sum(axis=1, keepdims=True)  # 16-bit soft labels do not sum to exactly 1
        targets[is_skin] = 0
        return pictures, targets.astype(np.float32)

    def _make_fixed_view(self, number: int, photo: int, random: np.random.Generator) -> np.ndarray:
        """Makes fixed view `number` of a photo, in a random position of the square."""
        picture = make_fixed_view(
            self.frames[photo], self.size, (int(number), int(photo)), self.augmentation
        )
        if random.random() < 0.5:
            picture = picture[:, ::-1]
        return np.rot90(picture, random.integers(4))

    def _insert_plain_skin(
        self, pictures: np.ndarray, frames: np.ndarray, random: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Replaces a share of the pictures by views of plain skin, and returns which, (B,) bool."""
        pictures = pictures.copy()
        is_skin = random.random(len(pictures)) < self.plain_skin
        for place in np.flatnonzero(is_skin):
            frame = frames[random.integers(len(frames))]
            pictures[place] = augment(frame, self.size, random, self.augmentation)
        return pictures, is_skin

    def _degrade(self, picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Degrades a share of the pictures. Their targets stay."""
        reduced, surrounded = random.random(2) < (self.reduced, self.surrounded)
        if reduced:
            picture = reduce_resolution(picture)
        return draw_surround(picture, random) if surrounded else picture
