"""From any bytes that claim to be a photo to the square that the network reads."""

from qana.imaging.crop import centre_square, to_input
from qana.imaging.decode import ImageError, read_image
from qana.imaging.quality import Problem, Quality, assess

__all__ = ["ImageError", "Problem", "Quality", "assess", "centre_square", "read_image", "to_input"]
