"""Converts 8-bit pictures to sRGB: colour profiles, transparency."""

import io

from PIL import Image, ImageCms


def convert_to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Lays transparency on white and converts an embedded colour profile to sRGB.

    Args:
        picture: a picture with 8 bits per channel.
        profile: its ICC profile. A profile that is broken or made for another colour model is
            ignored, because the plain values are then closer to the truth.

    Returns:
        The picture in mode RGB.
    """
    if picture.mode in ("RGBA", "LA"):
        picture = picture.convert("RGBA")
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
    return picture.convert("RGB")
