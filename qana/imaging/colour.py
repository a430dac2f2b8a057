"""Converts 8-bit pictures to sRGB: colour profiles, other colour spaces, transparency."""

import io

import numpy as np
from PIL import Image, ImageCms

from qana.imaging.colour_space import ColourSpace
from qana.imaging.tone_mapping import convert_light
from qana.imaging.transfer_functions import encode_srgb


def convert_to_srgb(
    picture: Image.Image, profile: bytes | None, space: ColourSpace | None = None
) -> Image.Image:
    """Lays transparency on white and converts the colours to sRGB.

    Args:
        picture: a picture with 8 bits per channel.
        profile: its ICC profile. A profile that is broken or made for another colour model is
            ignored, because the plain values are then closer to the truth.
        space: the colour space that its file declares otherwise. It counts without a usable
            profile, for RGB and grey pictures. None leaves the values as they are.

    Returns:
        The picture in mode RGB.
    """
    if picture.mode == "LA":  # stays grey, because its profile is one of greys
        grey, alpha = picture.split()
        picture = Image.composite(grey, Image.new("L", picture.size, "white"), alpha)
    elif picture.mode == "RGBA":
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture).convert("RGB")
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    if space is not None and picture.mode in ("RGB", "L"):
        return _convert_space(picture.convert("RGB"), space)
    return picture.convert("RGB")


def _convert_space(picture: Image.Image, space: ColourSpace) -> Image.Image:
    """Converts an RGB picture from a colour space. Impossible primaries are ignored."""
    steps = np.linspace(0.0, 1.0, 256)
    levels = space.decode(np.stack([steps] * 3, axis=1)).astype(np.float32)
    try:
        light = convert_light(levels[np.asarray(picture), np.arange(3)], space)
    except (ValueError, np.linalg.LinAlgError):
        return picture
    # A table replaces a power for each value. Its steps are below 1/10 of a grey level.
    codes = np.round(encode_srgb(np.linspace(0.0, 1.0, 65_536)) * 255).astype(np.uint8)
    return Image.fromarray(codes[np.round(light * 65_535).astype(np.uint16)])
