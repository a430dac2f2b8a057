"""Reads, checks and crops photos: from a file's bytes to the array that a network reads."""

from qana.errors import ImageError
from qana.imaging.crop import crop_centre, to_input
from qana.imaging.decode import decode_image, read_image
from qana.imaging.field_of_view import crop_to_field_of_view
from qana.imaging.quality import Problem, Quality, assess_quality

__all__ = [
    "ImageError",
    "Problem",
    "Quality",
    "assess_quality",
    "crop_centre",
    "crop_to_field_of_view",
    "decode_image",
    "read_image",
    "to_input",
]
