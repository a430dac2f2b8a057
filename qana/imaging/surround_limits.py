"""Sets what counts as the surround of a dermatoscope's field, for each kind of tone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What counts as a surround of one tone; pixels are those of the working size.

    Attributes:
        level: farthest that the surround may be from its tone, grey levels.
        chroma: largest difference of its channels, grey levels.
        contrast: least difference between the surround and the field, grey levels.
        noise: how far four of five of its pixels may be from its level, grey levels.
        uneven: what is added to `noise`, as a share of the contrast.
        reach: distance from the border to both sides within which half of the contrast is crossed.
        roughness: largest share of the field's area by which it differs from an ellipse or a
            rectangle.
        bite: largest share of a circle that a lesion of the surround's tone may cover.
    """

    level: float
    chroma: float
    contrast: float
    noise: float
    uneven: float
    reach: float
    roughness: float
    bite: float


DARK_LIMITS = Limits(
    60, chroma=40, contrast=30, noise=8, uneven=0.15, reach=4, roughness=0.06, bite=0.15
)
BRIGHT_LIMITS = Limits(
    35, chroma=8, contrast=16, noise=2, uneven=0.15, reach=2.5, roughness=0.04, bite=0
)
"""A white surround is stricter: a lesion on pale skin is a dark area on a bright one, too."""
PLAIN_LIMITS = Limits(
    8, chroma=255, contrast=16, noise=3, uneven=0, reach=1.5, roughness=0.04, bite=0
)
"""A surround of another colour must be as even as a drawn one. Skin never is."""
