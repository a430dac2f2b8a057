"""A picture of four colours, its file in any format, and a look at its corners."""

import io

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 160, 96


def picture() -> Image.Image:
    """Returns a picture that is red, green, blue and white in its four quarters."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    half_y, half_x = HEIGHT // 2, WIDTH // 2
    pixels[:half_y, :half_x, 0] = 220
    pixels[:half_y, half_x:, 1] = 220
    pixels[half_y:, :half_x, 2] = 220
    pixels[half_y:, half_x:] = 220
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def corners(pixels: np.ndarray) -> list[list[int]]:
    height, width = pixels.shape[:2]
    at = [(height // 4, width // 4), (height // 4, 3 * width // 4)]
    at += [(3 * height // 4, width // 4), (3 * height // 4, 3 * width // 4)]
    return [pixels[place].tolist() for place in at]


COLOURS = [[220, 0, 0], [0, 220, 0], [0, 0, 220], [220, 220, 220]]
