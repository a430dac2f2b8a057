"""A photo on its way through the layers, as events, and what another picture does differently.

An event is a non-zero activation. Everything here is counted in the integers that the engine gave
for one picture (`qana.inference.events.LayerRecorder.outputs`), so it needs no TensorFlow and no torch.
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
from qana.inference.events import Outputs

GREY = 128
"""The middle of 0 to 255."""


class ReferencePictureError(UserError):
    """Pictures that cannot be compared, or a reference that cannot be made."""


@dataclass(frozen=True)
class LayerFrame:
    """What one layer sends on for one picture.

    Attributes:
        name: of the layer.
        counts: (H, W) uint16, the channels that send an event at each place, 0 to `channels`.
        channels: of the layer.
        events: non-zero activations.
        size: all activations, H * W * C.
        so_far: events of this layer and all before it.
        signed: True where the layer sends values below zero too, so it has no rectifier.
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
        """Share of the activations that are zero, 0 to 1."""
        return 1 - self.events / self.size


@dataclass(frozen=True)
class LayerContrast:
    """One layer under two pictures.

    Attributes:
        name: of the layer.
        size: activations of either.
        events: of the picture.
        reference: events of the reference.
        gained: activations that are an event of the picture alone.
        lost: activations that are an event of the reference alone.
        signed: True where the layer sends values below zero too, for either.
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
    """A picture to compare with, from a sample.

    Attributes:
        picture: (H, W, 3) uint8 RGB, in the sample's own pixels.
        image_id: of the sample.
        share: for plain skin the side of the corner as a share of the side of the square that the
            network reads of the sample; for a lesion its area as a share of that square's; 0 to 1.
    """

    picture: np.ndarray
    image_id: str
    share: float


def make_frames(outputs: Outputs) -> tuple[LayerFrame, ...]:
    """A frame for each hidden layer, in the order of the network; the logits are no events.

    Args:
        outputs: (H, W, C) integers of each layer, the logits last.
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
    """How many events each layer makes of two pictures, and which of them are the same.

    Args:
        outputs: of the picture, as for `make_frames`.
        reference: of the other picture, by the same model.

    Raises:
        TravelError: the two are not of one model.
    """
    shapes = [[(name, out.shape) for name, out in both.items()] for both in (outputs, reference)]
    if shapes[0] != shapes[1]:
        raise ReferencePictureError(
            "The two pictures went through different models: run both through one."
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
    """The largest corner of any sample that its lesion's outline proves free, with a margin.

    The sides tried and the margin are those of `qana.data.plain_skin`. The outlines are known for the
    square that the network reads, so the corner is one of that square.

    Raises:
        TravelError: no sample has such a corner.
    """
    outlines = read_outlines()
    samples = [sample for sample in load_samples() if outlines.get(sample.image_id)]
    for share in SHARES:
        for sample in samples:
            photo = read_image(sample.path)
            length = round(CROP_SHARE * min(photo.shape[:2]))
            square = crop_centre(photo, length, CROP_SHARE)
            mask = fill_outlines(outlines[sample.image_id], length)
            corner = _free_corner(mask, round(share * length))
            if corner is not None:
                return Reference(square[corner].copy(), sample.image_id, share)
    raise ReferencePictureError(
        "No sample has a corner without lesion: compare with uniform grey instead."
    )


def find_large_lesion() -> Reference:
    """The sample whose lesion covers most of the square that the network reads."""
    outlines = read_outlines()
    covered = {
        name: float(fill_outlines(lines, OUTLINE_SIZE).mean()) for name, lines in outlines.items()
    }
    sample = max(load_samples(), key=lambda sample: covered.get(sample.image_id, 0))
    return Reference(read_image(sample.path), sample.image_id, covered[sample.image_id])


def make_uniform_grey(size: int) -> np.ndarray:
    """(size, size, 3) uint8, every value in the middle of its range: a picture of nothing."""
    return np.full((size, size, 3), GREY, np.uint8)


def _free_corner(mask: np.ndarray, side: int) -> tuple[slice, slice] | None:
    reach = 2 * round(MARGIN * len(mask)) + 1
    lesion = cv2.dilate(mask.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    far = len(mask) - side
    for top in (0, far):
        for left in (0, far):
            corner = (slice(top, top + side), slice(left, left + side))
            if not lesion[corner].any():
                return corner
    return None
