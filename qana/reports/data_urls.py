"""Writes files and pictures as data URLs, so that a page needs no other address."""

import base64

import cv2
import numpy as np

JPEG_QUALITY = 90


def make_data_url(media_type: str, content: bytes) -> str:
    """Writes a file as a data URL.

    Args:
        media_type: such as "image/png".
        content: of the file.
    """
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def embed_picture(picture: np.ndarray) -> str:
    """Writes a picture as a data URL with a JPEG.

    Args:
        picture: (H, W, 3) uint8 RGB.
    """
    _, file = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return make_data_url("image/jpeg", file.tobytes())
