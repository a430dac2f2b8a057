"""Describes the section on events of the sources protocol."""

from dataclasses import dataclass

from qana.evaluation.source_table import Estimate


@dataclass(frozen=True)
class LayerPlaces:
    """Share of the activations of one layer that are events, in two parts of the photo.

    Attributes:
        layer: name of the layer.
        size: height of its output.
        inside: mean share inside the lesion mask, 0 to 1.
        outside: mean share outside, 0 to 1.
    """

    layer: str
    size: int
    inside: Estimate
    outside: Estimate


@dataclass(frozen=True)
class PlainSkin:
    """Events of plain skin against those of whole photos.

    Attributes:
        photos: photos with a corner that shows no lesion.
        corner: side of the corner, as a share of the photo's height.
        whole: median events of the whole photos.
        skin: median events of the corners, each classified as a photo of its own.
        ratio: skin divided by whole.
    """

    photos: int
    corner: float
    whole: float
    skin: float
    ratio: float


@dataclass(frozen=True)
class EventPlaces:
    """Where in a photo of HAM10000 the events are.

    Attributes:
        inside: mean share of all activations inside the lesion mask that are events, 0 to 1.
        outside: the same outside the mask.
        layers: the same for each layer with at least 8 x 8 places.
        plain_skin: events of plain skin; None without a photo that has a free corner.
    """

    inside: Estimate
    outside: Estimate
    layers: list[LayerPlaces]
    plain_skin: PlainSkin | None
