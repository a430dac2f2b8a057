"""Keeps the messages of libtiff off the standard error stream."""

import ctypes
from functools import cache

from PIL import Image


@cache
def silence_libtiff() -> None:
    """Lets libtiff report nothing itself, once for the process.

    libtiff writes a line for each error, and Pillow turns off its warnings alone. Pillow raises an
    exception for each error too, so that nothing is lost. The function that writes the lines is a
    pointer in libtiff, and null means none. Threads may set it at any time, unlike the stream
    itself, which other threads use.

    Where libtiff is a part of Pillow's own library, as on Windows, the pointer cannot be reached,
    and the lines stay.
    """
    try:
        # The system looks for the function in Pillow's library and in those that it has loaded.
        libtiff = ctypes.CDLL(Image.core.__file__)
        libtiff.TIFFSetErrorHandler.restype = ctypes.c_void_p
        libtiff.TIFFSetErrorHandler(None)
    except (AttributeError, OSError):
        pass
