"""Generates pictures without a lesion, which the gate learns to reject.

Sources: Hendrycks, Mazeika and Dietterich, "Deep Anomaly Detection with Outlier Exposure", ICLR
2019. No picture is a photograph. "Dead leaves" pictures have the statistics of photographs (Lee,
Mumford and Huang, IJCV 2001), and networks can learn from them (Baradad et al., "Learning to See by
Looking at Noise", NeurIPS 2021).
"""

from collections.abc import Callable

import cv2
import numpy as np

SIZE = 256
"""Side of each picture in pixels."""
WORDS = "the quick brown fox 0123456789 SALE menu STOP page No. total"
OutlierGenerator = Callable[[np.random.Generator], np.ndarray]
"""Returns one picture, (256, 256, 3) uint8 RGB."""


def generate_outliers(family: str, count: int, seed: int) -> list[np.ndarray]:
    """Generates pictures of one family.

    Args:
        family: a key of `FAMILIES`.
        count: number of pictures.
        seed: equal seeds give equal pictures.

    Returns:
        `count` pictures, each (256, 256, 3) uint8 RGB.
    """
    random = np.random.default_rng([seed, sorted(FAMILIES).index(family)])
    return [_reduce_saturation(FAMILIES[family](random), random.uniform()) for _ in range(count)]


def _reduce_saturation(picture: np.ndarray, saturation: float) -> np.ndarray:
    """Scales the saturation of a picture, since random colours are stronger than real ones."""
    grey = picture.mean(axis=-1, keepdims=True)
    return _to_uint8(grey + saturation * (picture - grey))


def _choose_colour(random: np.random.Generator) -> np.ndarray:
    """Chooses a colour: (3,) float32, 0 to 255."""
    return random.integers(0, 256, 3).astype(np.float32)


def _to_uint8(values: np.ndarray) -> np.ndarray:
    """Clips values to 0 to 255 and converts them."""
    return np.clip(values, 0, 255).astype(np.uint8)


def _make_noise(random: np.random.Generator) -> np.ndarray:
    """Makes grey or coloured grains of 1 to 16 pixels around one colour."""
    side = SIZE // int(random.choice([1, 2, 4, 8, 16]))
    grains = random.normal(0, random.uniform(10, 100), (side, side, random.choice([1, 3])))
    field = _choose_colour(random) + grains.astype(np.float32)
    return _to_uint8(cv2.resize(field, (SIZE, SIZE), interpolation=cv2.INTER_NEAREST))


def _make_gradient(random: np.random.Generator) -> np.ndarray:
    """Makes a linear or a radial gradient between two colours, with a little grain."""
    rows, columns = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    if random.random() < 0.5:
        angle = random.uniform(0, 2 * np.pi)
        position = rows * np.sin(angle) + columns * np.cos(angle)
    else:
        position = np.hypot(rows - random.uniform(-1, 1), columns - random.uniform(-1, 1))
    share = np.clip(position * random.uniform(0.3, 2) + random.uniform(0, 1), 0, 1)[..., None]
    grain = random.normal(0, random.uniform(0, 6), (SIZE, SIZE, 3))
    return _to_uint8(_choose_colour(random) * share + _choose_colour(random) * (1 - share) + grain)


def _make_clouds(random: np.random.Generator) -> np.ndarray:
    """Makes textures from clouds to sand: noise with an amplitude of 1 / frequency ** power."""
    frequency = np.hypot(np.fft.fftfreq(SIZE)[:, None], np.fft.rfftfreq(SIZE)[None])
    frequency[0, 0] = 1
    power = random.uniform(0.5, 2.2)
    layers = []
    for _ in range(3):
        white = np.fft.rfft2(random.normal(size=(SIZE, SIZE)))
        layer = np.fft.irfft2(white / frequency**power, (SIZE, SIZE))
        layers.append(layer / layer.std())
    mixed = np.stack(layers, axis=-1) @ random.normal(0, 1, (3, 3))
    return _to_uint8(_choose_colour(random) + mixed * random.uniform(10, 50))


def _make_pattern(random: np.random.Generator) -> np.ndarray:
    """Makes stripes, checks and weaves of two colours."""
    rows, columns = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    angle, step = random.uniform(0, np.pi), random.uniform(0.05, 0.8)
    along = np.sin(step * (rows * np.sin(angle) + columns * np.cos(angle)))
    across = np.sin(
        step * random.uniform(0.5, 2) * (rows * np.cos(angle) - columns * np.sin(angle))
    )
    wave = along * across if random.random() < 0.6 else along
    share = (np.clip(wave * random.uniform(0.5, 20), -1, 1)[..., None] + 1) / 2
    grain = random.normal(0, random.uniform(0, 12), (SIZE, SIZE, 3))
    return _to_uint8(_choose_colour(random) * share + _choose_colour(random) * (1 - share) + grain)


def _make_dead_leaves(random: np.random.Generator) -> np.ndarray:
    """Makes "dead leaves": overlapping shapes of one colour each, with power-law sizes."""
    picture = np.tile(_choose_colour(random), (SIZE, SIZE, 1))
    centre, spread = _choose_colour(random), random.uniform(20, 120)
    smallest = random.uniform(3, 12)
    for _ in range(int(random.integers(60, 900))):
        radius = int(min(smallest * random.pareto(1.5) + smallest, SIZE))
        colour = tuple(float(value) for value in np.clip(random.normal(centre, spread), 0, 255))
        x, y = (int(value) for value in random.integers(0, SIZE, 2))
        if random.random() < 0.5:
            axes = (radius, int(radius * random.uniform(0.3, 1)) + 1)
            turn = random.uniform(0, 180)
            cv2.ellipse(picture, (x, y), axes, turn, 0, 360, colour, -1, cv2.LINE_AA)
        else:
            corners = random.normal((x, y), radius, (int(random.integers(3, 6)), 2))
            cv2.fillPoly(picture, [corners.astype(np.int32)], colour, cv2.LINE_AA)
    shade = cv2.GaussianBlur(random.normal(0, 1, (SIZE, SIZE, 1)), (0, 0), random.uniform(1, 30))
    picture += (shade / shade.std() * random.uniform(0, 20))[..., None]
    return _to_uint8(cv2.GaussianBlur(picture, (0, 0), random.uniform(0.3, 1.5)))


def _make_text(random: np.random.Generator) -> np.ndarray:
    """Makes lines of words in OpenCV's stroke fonts, dark on light or light on dark."""
    light = random.random() < 0.7
    background = random.uniform(190, 255, 3) if light else random.uniform(0, 80, 3)
    foreground = np.clip(255 - background + random.normal(0, 30, 3), 0, 255)
    strokes = np.zeros((SIZE, SIZE), np.uint8)
    scale = random.uniform(0.35, 2.5)
    font = int(random.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX]))
    for y in np.arange(random.uniform(0, 20), SIZE + 30, 32 * scale):
        line = " ".join(random.choice(WORDS.split(), 12))
        at = (int(random.integers(-40, 20)), int(y))
        thickness = max(1, round(scale * random.uniform(0.8, 2.5)))
        cv2.putText(strokes, line, at, font, scale, 255, thickness, cv2.LINE_AA)
    share = strokes[..., None] / 255
    grain = random.normal(0, random.uniform(0, 8), (SIZE, SIZE, 1))
    return _to_uint8(foreground * share + background * (1 - share) + grain)


FAMILIES: dict[str, OutlierGenerator] = {
    "noise": _make_noise,
    "gradients": _make_gradient,
    "clouds": _make_clouds,
    "patterns": _make_pattern,
    "leaves": _make_dead_leaves,
    "text": _make_text,
}
"""Name of each outlier family, with the function that generates one picture."""
