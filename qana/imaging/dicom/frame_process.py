"""Decodes one compressed frame in a process of its own: a script, see `qana.imaging.dicom.codecs`.

The decoders GDCM and OpenJPEG cannot be interrupted, and a malformed frame may make them crash or
fill the memory. Here the system ends them. This file imports nothing of the project, because the
start of the process counts towards the time of each such photo.
"""

import io
import json
import sys
from typing import Any

MAX_SECONDS = 3
MAX_MEMORY = 10**9
MISSING_PACKAGE = 3
"""Exit code if the installation lacks the decoder."""


def main() -> int:
    """Reads a frame from standard input, writes a line of JSON and the pixels, returns a code."""
    _limit_process()
    request = json.loads(sys.argv[1])
    decode = _decode_with_openjpeg if request["decoder"] == "openjpeg" else _decode_with_gdcm
    try:
        answer, pixels = decode(sys.stdin.buffer.read(), request)
    except ImportError:
        return MISSING_PACKAGE
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + pixels)
    return 0


def _limit_process() -> None:
    try:
        import resource
    except ImportError:  # Windows; the caller limits the time
        return
    for kind, limit in (
        (resource.RLIMIT_CPU, MAX_SECONDS),
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CORE, 0),
    ):
        _current, hard = resource.getrlimit(kind)
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _decode_with_openjpeg(frame: bytes, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Decodes JPEG 2000 with Pillow, at a lower resolution if the picture is large."""
    from PIL import Image

    with Image.open(io.BytesIO(frame), formats=["JPEG2000"]) as picture:
        if picture.size != (request["columns"], request["rows"]):
            raise ValueError("another size than declared")
        side, levels = max(picture.size), 0
        while levels < request["levels"] and side >> (levels + 1) >= request["reduced_to"]:
            levels += 1
        setattr(picture, "reduce", levels)  # noqa: B010 - Pillow types it as a method
        picture.load()
        mode = "RGB" if picture.mode == "RGBA" else picture.mode
        pixels = picture.convert(mode) if mode != picture.mode else picture
        return {"mode": mode, "size": pixels.size}, pixels.tobytes()


def _decode_with_gdcm(frame: bytes, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Decodes JPEG with more than 8 bits, lossless JPEG, JPEG-LS and deep JPEG 2000."""
    import gdcm

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((request["columns"], request["rows"], 1))
    image.SetDataElement(element)
    # Named RGB, the values stay as they are; the caller converts them.
    photometric = gdcm.PhotometricInterpretation.GetPIType(
        "RGB" if request["samples"] == 3 else "MONOCHROME2"
    )
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(photometric))
    if request["samples"] == 3:
        image.SetPlanarConfiguration(0)
    syntax = gdcm.TransferSyntax.GetTSType(request["transfer_syntax"])
    image.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    bits = request["bits"]
    image.SetPixelFormat(
        gdcm.PixelFormat(request["samples"], 8 if bits <= 8 else 16, bits, bits - 1, 0)
    )
    # GDCM's wrapper returns the bytes as text with escapes.
    return {}, image.GetBuffer().encode("utf-8", "surrogateescape")


if __name__ == "__main__":
    sys.exit(main())
