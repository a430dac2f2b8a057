"""Classifies one photo in memory to its row, its probabilities and a small picture."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from qana.errors import ImageError
from qana.imaging import decode_image
from qana.imaging.crop import crop_field
from qana.imaging.field_of_view import find_field_of_view
from qana.imaging.quality import assess_field
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import SQUARE_SIZE, conclude, reject
from qana.screening.rows import ScreeningRow, make_row, make_unread_row

THUMBNAIL = 96
"""Side of a small picture, pixels: sharp at half this size on a dense screen."""


@dataclass(frozen=True, eq=False)
class PhotoAnswer:
    """What the network answered to one photo.

    Attributes:
        row: of the table.
        probabilities: (7,) float64, also of a photo that was rejected; None if it was not read.
        thumbnail: a small picture of the square that was judged, WebP; None if it was not read.
    """

    row: ScreeningRow
    probabilities: np.ndarray | None = None
    thumbnail: bytes | None = None


def answer_photo(
    path: str, read: Callable[[str], bytes], classifier: AkidaClassifier
) -> PhotoAnswer:
    """Classifies a photo. The row is the one of `qana screen`, to the bit.

    Args:
        path: of the photo.
        read: returns the content of the file, or raises an `ImageError`.
        classifier: the network.
    """
    digest = None
    try:
        data = read(path)
        digest = hashlib.sha256(data).hexdigest()
        photo = decode_image(data)
    except ImageError as error:
        return PhotoAnswer(make_unread_row(path, digest, str(error), classifier))
    field = find_field_of_view(photo)
    square, _in_lit_field = crop_field(photo, field, SQUARE_SIZE)
    problems = assess_field(photo, field).problems
    # Also of a poor photo, for scores over all photos.
    prediction = classifier.classify_input(*crop_field(photo, field, classifier.input_size))
    if problems:
        diagnosis = reject(square, problems, classifier)
    else:
        diagnosis = conclude(square, (), prediction, classifier)
    return PhotoAnswer(
        make_row(path, digest, diagnosis), prediction.probabilities, _encode_thumbnail(square)
    )


def _encode_thumbnail(square: np.ndarray) -> bytes:
    picture = Image.fromarray(square).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=60, method=2)
    return buffer.getvalue()
