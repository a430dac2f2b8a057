"""The lesion's mask in the square that the network reads."""

import cv2
import numpy as np

from qana.data.errors import DataError
from qana.data.ham10000 import Photo
from qana.imaging import to_input


def read_mask(photo: Photo, size: int) -> np.ndarray:
    """(size, size) bool, the lesion in the square that the network reads.

    Raises:
        DataError: the photo has no mask.
    """
    mask = None if photo.mask is None else cv2.imread(str(photo.mask), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise DataError(
            f"{photo.image_id} has no lesion mask: unpack HAM10000_segmentations_lesion_tschandl "
            "beside the images."
        )
    return to_input(np.repeat(mask[..., None], 3, axis=2), size)[..., 0] > 127
