"""Counts the events of each layer for one photo and compares them with a reference picture.

An event is a non-zero activation. All counts are of the integers that the engine computed for one
picture (`qana.inference.events.LayerRecorder.record`), so no TensorFlow and no torch is needed.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from qana.data.lesion_masks import OUTLINE_SIZE, fill_outlines, read_outlines
from qana.data.plain_skin import MARGIN, SHARES
from qana.data.samples import load_samples
from qana.errors import UserError
from qana.imaging import read_image
from qana.imaging.crop import CROP_SHARE, crop_centre
from qana.imaging.field_of_view import crop_to_field_of_view
from qana.inference.events import Outputs

GREY = 128
"""The middle of the range 0 to 255."""


class ReferencePictureError(UserError):
    """Two pictures that cannot be compared, or a reference picture that cannot be made."""


@dataclass(frozen=True)
class LayerFrame:
    """Events of one layer for one picture.

    Attributes:
        name: of the layer.
        counts: (H, W) uint16, channels with an event at each position, 0 to `channels`.
        channels: number of channels.
        events: number of non-zero activations.
        size: number of activations, H * W * C.
        so_far: events of this layer and of all layers before it.
        signed: whether an activation is below zero, so that the layer has no rectifier.
    """

    name: str
    counts: np.ndarray
    channels: int
    events: int
    size: int
    so_far: int
    signed: bool

    @property
    def sparsity(self) -> float:
        """Share of zero activations, 0 to 1."""
        return 1 - self.events / self.size


@dataclass(frozen=True)
class LayerContrast:
    """Events of one layer for a picture and for a reference picture.

    Attributes:
        name: of the layer.
        size: number of activations.
        events: events for the picture.
        reference: events for the reference.
        gained: activations that are an event for the picture alone.
        lost: activations that are an event for the reference alone.
        signed: whether an activation is below zero for one of the pictures.
    """

    name: str
    size: int
    events: int
    reference: int
    gained: int
    lost: int
    signed: bool


@dataclass(frozen=True)
class Reference:
    """A reference picture from a sample.

    Attributes:
        picture: (H, W, 3) uint8 RGB, at the resolution of the sample.
        image_id: of the sample.
        share: 0 to 1. For plain skin, side of the corner over side of the square that the network
            reads; for a lesion, area of the lesion over area of that square.
    """

    picture: np.ndarray
    image_id: str
    share: float


def make_frames(outputs: Outputs) -> tuple[LayerFrame, ...]:
    """Makes a frame for each hidden layer, in network order.

    Args:
        outputs: name of each layer to its (H, W, C) integers, the logits last.
    """
    frames: list[LayerFrame] = []
    so_far = 0
    for name, output in list(outputs.items())[:-1]:
        counts = np.count_nonzero(output, axis=-1).astype(np.uint16)
        events = int(counts.sum(dtype=np.int64))
        so_far += events
        signed = bool((output < 0).any())
        frames.append(
            LayerFrame(name, counts, output.shape[-1], events, output.size, so_far, signed)
        )
    return tuple(frames)


def compare_events(outputs: Outputs, reference: Outputs) -> tuple[LayerContrast, ...]:
    """Compares the events of each hidden layer for two pictures.

    Args:
        outputs: of the picture; see `make_frames`.
        reference: of the reference picture, by the same model.

    Raises:
        ReferencePictureError: the outputs are of different models.
    """
    shapes = [[(name, out.shape) for name, out in both.items()] for both in (outputs, reference)]
    if shapes[0] != shapes[1]:
        raise ReferencePictureError(
            "The two pictures were run through different models: run both through one model."
        )
    found = []
    for name, output in list(outputs.items())[:-1]:
        fires, fired = output != 0, reference[name] != 0
        found.append(
            LayerContrast(
                name=name,
                size=output.size,
                events=int(fires.sum()),
                reference=int(fired.sum()),
                gained=int((fires & ~fired).sum()),
                lost=int((fired & ~fires).sum()),
                signed=bool((output < 0).any() or (reference[name] < 0).any()),
            )
        )
    return tuple(found)


def find_plain_skin() -> Reference:
    """Finds the largest corner of a sample that its outline proves free of the lesion.

    The sides and the margin are those of `qana.data.plain_skin`. The outlines are known for the
    square that the network reads, so the corner is a corner of that square.

    Raises:
        ReferencePictureError: no sample has such a corner.
    """
    outlines = read_outlines()
    samples = [sample for sample in load_samples() if outlines.get(sample.image_id)]
    for share in SHARES:
        for sample in samples:
            photo = crop_to_field_of_view(read_image(sample.path))
            length = round(CROP_SHARE * min(photo.shape[:2]))
            square = crop_centre(photo, length, CROP_SHARE)
            mask = fill_outlines(outlines[sample.image_id], length)
            corner = _find_free_corner(mask, round(share * length))
            if corner is not None:
                return Reference(square[corner].copy(), sample.image_id, share)
    raise ReferencePictureError(
        "No sample has a corner without a lesion: compare with uniform grey instead."
    )


def find_large_lesion() -> Reference:
    """Finds the sample with the lesion that covers most of the square that the network reads."""
    outlines = read_outlines()
    covered = {
        name: float(fill_outlines(lines, OUTLINE_SIZE).mean()) for name, lines in outlines.items()
    }
    sample = max(load_samples(), key=lambda sample: covered.get(sample.image_id, 0))
    return Reference(read_image(sample.path), sample.image_id, covered[sample.image_id])


def make_uniform_grey(size: int) -> np.ndarray:
    """Makes a (size, size, 3) uint8 picture of uniform grey, without any content."""
    return np.full((size, size, 3), GREY, np.uint8)


def _find_free_corner(mask: np.ndarray, side: int) -> tuple[slice, slice] | None:
    reach = 2 * round(MARGIN * len(mask)) + 1
    lesion = cv2.dilate(mask.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    far = len(mask) - side
    for top in (0, far):
        for left in (0, far):
            corner = (slice(top, top + side), slice(left, left + side))
            if not lesion[corner].any():
                return corner
    return None
