"""A view changes position, scale and colour, and keeps the shape."""

import cv2
import numpy as np

from qana.data.augmentation import augment
from qana.imaging import crop_centre, read_image


class Neutral:
    """Returns the middle of each range: no rotation, no zoom, no change of colour."""

    def uniform(self, low: float, high: float, count: int | None = None):
        middle = 0.0 if low == 0.0 else (low + high) / 2
        return middle if count is None else np.full(count, middle)

    def random(self) -> float:
        return 0.0


def test_at_neutral_draws_the_view_is_the_centre_square(samples) -> None:
    photo = read_image(samples[0].path)
    side = min(photo.shape[:2])
    view = augment(photo, side, Neutral())
    # The frame's middle may lie between two pixels, so a half pixel of smoothing is allowed.
    assert np.abs(view.astype(float) - crop_centre(photo, side)).mean() < 3
    assert np.abs(view.astype(float) - crop_centre(photo, side)[:, ::-1]).mean() > 6


def test_the_same_draws_give_the_same_view(samples) -> None:
    photo = read_image(samples[0].path)
    views = [augment(photo, 64, np.random.default_rng(seed)) for seed in (7, 7, 8)]
    np.testing.assert_array_equal(views[0], views[1])
    assert (views[0] != views[2]).any()


def test_a_larger_view_shows_the_same(samples) -> None:
    """A teacher sees more pixels of the same view than the student."""
    photo = read_image(samples[0].path)
    small = augment(photo, 64, np.random.default_rng(3)).astype(float)
    large = augment(photo, 128, np.random.default_rng(3))
    halved = cv2.resize(large, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(halved - small).mean() < 4


def test_views_differ_in_colour_and_stay_pictures(samples) -> None:
    photo = read_image(samples[0].path)
    random = np.random.default_rng(0)
    views = np.stack([augment(photo, 32, random) for _ in range(64)])
    assert views.dtype == np.uint8 and views.shape == (64, 32, 32, 3)
    means = views.mean(axis=(1, 2))
    assert means.std(axis=0).min() > 5
    assert not np.isclose(means[:, 0] / means[:, 2], means[0, 0] / means[0, 2], rtol=0.02).all()
