"""Training views: sampling, blending and targets."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from qana.classes import LABELS
from qana.data.augmentation import make_fixed_view
from qana.imaging import read_image, to_input
from qana.training.views import Views

pytest.importorskip("torch")
from qana.training.soft_labels import compute_soft_labels, read_soft_labels


@pytest.fixture(scope="module")
def photos(samples) -> tuple[np.ndarray, np.ndarray]:
    frames = np.stack([to_input(read_image(sample.path), 48) for sample in samples])
    return frames, np.array([LABELS.index(sample.label) for sample in samples])


def test_batch_has_pictures_and_targets_that_sum_to_one(photos) -> None:
    views = Views(*photos, size=32, mixup=0.5)
    for pictures, targets in islice(views.generate_batches(5, (1,)), 3):
        assert pictures.shape == (5, 32, 32, 3) and pictures.dtype == np.uint8
        assert targets.shape == (5, 7) and targets.dtype == np.float32
        np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)


def test_equal_seeds_give_equal_batches(photos) -> None:
    views = Views(*photos, size=32, mixup=0.5)
    first, again, other = (next(views.generate_batches(4, (seed,)))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("balance, share", [(0.0, 0.1), (1.0, 0.5)])
def test_balance_samples_rare_classes_more_often(photos, balance: float, share: float) -> None:
    frames = np.repeat(photos[0][:1], 20, axis=0)
    labels = np.array([0] * 2 + [1] * 18)
    views = Views(frames, labels, size=8, balance=balance, smoothing=0.0)
    sampled = np.concatenate(
        [targets for _, targets in islice(views.generate_batches(50, (3,)), 20)]
    )
    assert sampled[:, 0].mean() == pytest.approx(share, abs=0.05)


def test_student_gets_the_views_that_its_teachers_labelled(photos) -> None:
    """Each picture is a labelled view in one of eight positions, with its soft label."""
    frames, labels = photos
    soft_labels = np.random.default_rng(0).dirichlet(np.ones(7), (2, len(labels)))
    views = Views(frames, labels, size=24, soft_labels=soft_labels, soft_label_share=1.0)
    expected = {
        position.tobytes(): soft_labels[number, photo]
        for number in range(2)
        for photo, frame in enumerate(frames)
        for position in eight_positions(make_fixed_view(frame, 24, (number, photo)))
    }
    for pictures, targets in islice(views.generate_batches(6, (1,)), 5):
        for picture, target in zip(pictures, targets, strict=True):
            np.testing.assert_allclose(target, expected[picture.tobytes()], atol=1e-6)


def test_soft_labels_are_computed_once_and_resumed(photos, tmp_path: Path) -> None:
    frames = photos[0]
    shapes: list[tuple[int, ...]] = []

    class Teacher:
        def __init__(self, answer: int) -> None:
            self.answer = np.eye(7, dtype=np.float32)[answer]

        def predict_probabilities(self, pictures: np.ndarray) -> np.ndarray:
            shapes.append(pictures.shape)
            return np.tile(self.answer, (len(pictures), 1))

    teachers = [(Teacher(2), 24), (Teacher(5), 32)]
    first = compute_soft_labels(teachers, frames, 1, 1.0, tmp_path / "soft_labels.npy")
    # The second view has no labels yet.
    assert read_soft_labels(tmp_path / "soft_labels.npy", 2) is None
    shapes.clear()
    found = compute_soft_labels(teachers, frames, 2, 1.0, tmp_path / "soft_labels.npy")
    assert found.shape == (2, len(frames), 7) and found.dtype == np.float16
    np.testing.assert_array_equal(read_soft_labels(tmp_path / "soft_labels.npy", 2), found)
    np.testing.assert_array_equal(found[:1], first)
    np.testing.assert_allclose(found.sum(axis=2), 1)
    assert (found[:, :, [2, 5]] == 0.5).all()
    assert {shape[1] for shape in shapes} == {24, 32}
    assert sum(shape[0] for shape in shapes) == 4 * len(frames)  # one view: 2 teachers, 2 positions


def eight_positions(picture: np.ndarray) -> list[np.ndarray]:
    return [np.rot90(side, turns) for side in (picture, picture[:, ::-1]) for turns in range(4)]


def test_share_of_views_is_degraded_and_targets_stay(photos) -> None:
    plain = next(Views(*photos, size=96).generate_batches(21, (5,)))
    pictures, targets = next(Views(*photos, size=96, surrounded=1.0).generate_batches(21, (5,)))
    np.testing.assert_array_equal(targets, plain[1])
    assert (pictures[:, 0, 0] == pictures[:, -1, -1]).all()
    np.testing.assert_array_equal(pictures[:, 48, 48], plain[0][:, 48, 48])


def test_groups_are_sampled_alike_if_asked(photos) -> None:
    frames = np.repeat(photos[0][:1], 20, axis=0)
    labels, groups = np.array([0] * 18 + [1] * 2), np.array([0] * 18 + [1] * 2)
    views = Views(frames, labels, size=8, smoothing=0.0, groups=groups, group_balance=1.0)
    sampled = np.concatenate(
        [targets for _, targets in islice(views.generate_batches(50, (3,)), 20)]
    )
    assert sampled[:, 0].mean() == pytest.approx(0.5, abs=0.05)


def test_share_of_views_shows_plain_skin_without_a_lesion(photos) -> None:
    skin = np.full((1, 48, 48, 3), (201, 150, 120), np.uint8)
    settings = {"size": 24, "mixup": 5.0, "augmentation": 0.0, "skin_frames": skin}
    views = Views(*photos, plain_skin=0.3, **settings)
    batches = list(islice(views.generate_batches(50, (4,)), 6))
    shown, targets = (np.concatenate(column) for column in zip(*batches, strict=True))
    plain = (shown == skin[0, 0, 0]).all(axis=(1, 2, 3))
    assert plain.mean() == pytest.approx(0.3, abs=0.08)
    np.testing.assert_allclose(targets.sum(axis=1), np.where(plain, 0, 1), atol=1e-6)
    none = next(Views(*photos, size=24).generate_batches(9, (4,)))[0]
    np.testing.assert_array_equal(
        none, next(Views(*photos, size=24, plain_skin=0.3).generate_batches(9, (4,)))[0]
    )
