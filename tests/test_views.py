"""What the network is shown: drawn, blended and labelled as the recipe says."""

from itertools import islice

import numpy as np
import pytest

from qana.imaging import read_image, to_input
from qana.labels import LABELS
from qana.training.views import Views


@pytest.fixture(scope="module")
def photos(samples) -> tuple[np.ndarray, np.ndarray]:
    frames = np.stack([to_input(read_image(sample.path), 48) for sample in samples])
    return frames, np.array([LABELS.index(sample.label) for sample in samples])


def test_a_batch_is_pictures_and_targets_that_sum_to_one(photos) -> None:
    views = Views(*photos, size=32, mixup=0.5)
    for pictures, targets in islice(views.batches(5, (1,)), 3):
        assert pictures.shape == (5, 32, 32, 3) and pictures.dtype == np.uint8
        assert targets.shape == (5, 7) and targets.dtype == np.float32
        np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)


def test_the_same_seed_gives_the_same_batches(photos) -> None:
    views = Views(*photos, size=32, mixup=0.5)
    first, again, other = (next(views.batches(4, (seed,)))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("balance, share", [(0.0, 0.1), (1.0, 0.5)])
def test_balance_draws_rare_classes_more_often(photos, balance: float, share: float) -> None:
    frames = np.repeat(photos[0][:1], 20, axis=0)
    labels = np.array([0] * 2 + [1] * 18)
    views = Views(frames, labels, size=8, balance=balance, smoothing=0.0)
    drawn = np.concatenate([targets for _, targets in islice(views.batches(50, (3,)), 20)])
    assert drawn[:, 0].mean() == pytest.approx(share, abs=0.05)


def test_the_teacher_judges_the_picture_that_its_pupil_sees(photos) -> None:
    seen: list[np.ndarray] = []

    def teacher(pictures: np.ndarray) -> np.ndarray:
        seen.append(pictures)
        return np.tile(np.eye(7, dtype=np.float32)[3], (len(pictures), 1))

    views = Views(*photos, size=24, smoothing=0.0, teacher=teacher, teacher_size=48, trust=0.75)
    pictures, targets = next(views.batches(6, (1,)))
    assert seen[0].shape == (6, 48, 48, 3)
    halved = seen[0].reshape(6, 24, 2, 24, 2, 3).mean(axis=(2, 4))
    assert np.abs(halved - pictures).max() <= 1
    assert (targets[:, 3] >= 0.75).all()
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
