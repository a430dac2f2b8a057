"""Sound photos are read whatever their metadata; other files are refused by their name."""

import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from qana.imaging import ImageError, read_image
from tests.imaging.photo_files import encode, make_chunk, make_photo

PHOTO = make_photo(3, 176, 128)


def exif_of(orientation: int, *others: tuple[int, int, int, int]) -> bytes:
    """Returns EXIF data with an orientation and other entries, right or wrong."""
    entries = sorted([(0x0112, 3, 1, orientation), *others])
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + bytes(4)


def insert_before_pixels(png: bytes, *chunks: bytes) -> bytes:
    at = png.index(b"IDAT") - 4
    return png[:at] + b"".join(chunks) + png[at:]


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


XMP = b"XML:com.adobe.xmp\0"
CHUNKS = {
    "a wrong checksum in a text": [make_chunk(b"tEXt", b"Software\0editor", check=1)],
    "a wrong checksum in a date": [make_chunk(b"tIME", bytes(7), check=77)],
    "a wrong checksum in EXIF": [make_chunk(b"eXIf", exif_of(3), check=5)],
    "a wrong checksum in a gamma": [make_chunk(b"gAMA", struct.pack(">I", 9), check=2**31)],
    "a wrong checksum in a profile": [make_chunk(b"iCCP", b"x\0\0" + zlib.compress(b"x"), check=9)],
    "a wrong checksum in an unknown chunk": [make_chunk(b"abCd", bytes(99), check=3)],
    "a large XMP": [make_chunk(b"iTXt", XMP + bytes(4) + b"<x>" * 500_000)],
    "a large compressed XMP": [
        make_chunk(b"iTXt", XMP + b"\1\0\0\0" + zlib.compress(b"<x>" * 3_000_000))
    ],
    "a large text": [make_chunk(b"tEXt", b"Comment\0" + b"x" * 2_000_000)],
    "a large compressed text": [make_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(10**7)))],
    "a compressed text that is damaged": [make_chunk(b"zTXt", b"Comment\0\0damaged")],
    "a text without a keyword": [make_chunk(b"tEXt", b"")],
    "a text in an unknown compression": [make_chunk(b"zTXt", b"Comment\0\7none")],
    "a thousand texts": [make_chunk(b"tEXt", b"Comment\0line")] * 1000,
    "a short gamma": [make_chunk(b"gAMA", b"\0")],
    "a short size": [make_chunk(b"pHYs", b"\0\0")],
    "a short animation": [make_chunk(b"acTL", b"\0"), make_chunk(b"fcTL", b"\0")],
    "damaged EXIF": [make_chunk(b"eXIf", b"II*\0nonsense")],
    "EXIF as a text": [make_chunk(b"tEXt", b"Raw profile type exif\0\nexif\n  4\nzzzz")],
    "two profiles": [make_chunk(b"iCCP", b"x\0\0" + zlib.compress(b"x"))] * 2,
    "an unknown chunk": [make_chunk(b"vpAg", bytes(9)), make_chunk(b"caBX", bytes(900_000))],
}


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA"])
@pytest.mark.parametrize("name", CHUNKS)
def test_a_png_is_read_whatever_its_metadata(name: str, mode: str) -> None:
    image = PHOTO.quantize(32) if mode == "P" else PHOTO.convert(mode)
    sound = encode(image, "PNG")
    pixels = read_image(insert_before_pixels(sound, *CHUNKS[name]))
    if "gamma" not in name:
        np.testing.assert_array_equal(pixels, read_image(sound))
    assert pixels.shape == (128, 176, 3)


@pytest.mark.parametrize("packed", [False, True])
def test_a_large_xmp_still_gives_the_orientation(packed: bool) -> None:
    text = b"<x>" * 400_000 + b'<rdf tiff:Orientation="6"/>'
    text = zlib.compress(text) if packed else text
    xmp = make_chunk(b"iTXt", XMP + bytes((packed, 0, 0, 0)) + text)
    upright = read_image(insert_before_pixels(encode(PHOTO, "PNG"), xmp))
    assert np.array_equal(upright, np.asarray(PHOTO.transpose(Image.Transpose.ROTATE_270)))


@pytest.mark.parametrize("name", [b"IHDR", b"PLTE"])
def test_a_png_with_a_wrong_checksum_in_a_critical_chunk_is_refused(name: bytes) -> None:
    data = bytearray(encode(PHOTO.quantize(32), "PNG"))
    at = data.index(name)
    (length,) = struct.unpack_from(">I", data, at - 4)
    data[at + 4 + length] ^= 1
    with pytest.raises(ImageError, match="damaged"):
        read_image(data)


def test_a_jpeg_is_read_whatever_its_metadata() -> None:
    rng = random.Random(0)
    sound = encode(PHOTO, "JPEG", quality=95)
    expected = read_image(sound)
    begins = (b"JFIF\0", b"Exif\0\0", b"Exif\0\0II*\0\x08\0\0\0", b"http://ns.adobe.com/xap/1.0/\0")
    begins += (b"MPF\0", b"MPF\0II*\0\x08\0\0\0", b"Photoshop 3.0\x008BIM\x03\xed", b"FPXR\0", b"")
    for _ in range(100):
        body = rng.choice((*begins, b"ICC_PROFILE\0\1\1"))
        body += rng.randbytes(rng.choice((0, 1, 5, 900, 60_000)))
        marker = rng.choice((*range(0xE0, 0xF0), 0xFE))
        if marker == 0xEE:
            continue  # the colour transform of Adobe changes the pixels
        count = rng.choice((1, 1, 4))
        data = sound[:2] + segment(marker, body) * count + sound[2:]
        np.testing.assert_array_equal(read_image(data), expected)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_faulty_exif_entries_do_not_hide_the_orientation(kind: str) -> None:
    rng = random.Random(kind)
    for _ in range(25):
        others = [
            (tag, rng.randrange(15), rng.choice((0, 1, 2, 7, 10**5)), rng.randrange(400))
            for tag in rng.sample((271, 272, 282, 305, 306, 315, 34_665, 34_853, 700), 3)
        ]
        exif = exif_of(8, *others) + rng.randbytes(200)
        data = encode(PHOTO, kind, exif=exif if kind == "PNG" else b"Exif\0\0" + exif)
        assert read_image(data).shape == (176, 128, 3)


FORMS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "without subsampling": {"subsampling": 0, "quality": 95},
    "with restarts": {"restart_marker_blocks": 3},
    "with a restart in each row": {"restart_marker_rows": 1},
    "progressive with restarts": {"progressive": True, "restart_marker_blocks": 5},
    "optimized": {"optimize": True, "quality": 30},
}


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("form", FORMS)
def test_a_jpeg_may_lack_its_end_marker_and_nothing_else(form: str, mode: str) -> None:
    whole = encode(PHOTO.convert(mode), "JPEG", **FORMS[form])
    expected = read_image(whole)
    for end in (b"", b"\xff", bytes(500), b"\xff\xff\xff"):
        np.testing.assert_array_equal(read_image(whole[:-2] + end), expected)
    rng = random.Random(form)
    start = whole.index(b"\xff\xda")
    markers = [
        at
        for at in range(start, len(whole) - 2)
        if whole[at] == 0xFF and (0xD0 <= whole[at + 1] <= 0xD7 or whole[at + 1] in (0xC4, 0xDA))
    ]
    cuts = [rng.randrange(len(whole) - 60, len(whole) - 3) for _ in range(5)]
    cuts += [rng.randrange(start, len(whole) - 60) for _ in range(10)]
    cuts += rng.sample(markers, min(20, len(markers)))
    for cut in cuts:
        for end in (b"", bytes(80)):
            try:
                pixels = read_image(whole[:cut] + end)
            except ImageError as error:
                assert "damaged" in str(error)
            else:
                # The cut removed only bits that the decoder needs for no pixel.
                np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_other_formats_may_lack_their_end(kind: str) -> None:
    whole = encode(PHOTO, kind)
    cut = whole[:-12] if kind == "PNG" else whole[:-1]
    np.testing.assert_array_equal(read_image(cut), read_image(whole))


REFUSED = [
    (b"II+\0\x08\0\0\0", "BigTIFF"),
    (b"MM\0+\0\x08\0\0", "BigTIFF"),
    (b"\xff\x0a" + bytes(50), "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51\0", "JPEG 2000"),
    (b"II\xbc\x01", "JPEG XR"),
    (b"8BPS\0\1", "Photoshop"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    (b"\xef\xbb\xbf <?xml version='1.0'?><!-- x --><svg/>", "SVG"),
    (b"%PDF-1.7", "PDF"),
    (b"\n\n%PDF-1.4", "PDF"),
    (b"%!PS-Adobe", "PostScript"),
    (b"\0\0\0\x18ftypmp42", "video"),
    (b"\0\0\0\x14ftypqt  ", "video"),
    (b"\0\0\0\x18ftyp3gp5", "video"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"RIFF\0\0\0\0AVI LIST", "video"),
    (b"\0\0\0\x18ftypcrx ", "raw file"),
    (b"II*\0\x10\0\0\0CR\2\0", "raw file"),
    (b"IIRO\x08\0\0\0", "raw file"),
    (b"IIU\0\x18\0\0\0", "raw file"),
    (b"FUJIFILMCCD-RAW 0201", "raw file"),
    (b"FOVb", "raw file"),
    (b"gimp xcf v011", "GIMP"),
    (b"\0\0\x01\0\1\0", "icon"),
    (b"P6 64 64 255\n", "Netpbm"),
    (b"<!DOCTYPE html><html>", "web page"),
    (b"PK\x03\x04", "archive"),
    (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
]


@pytest.mark.parametrize(("begin", "name"), REFUSED)
def test_what_is_refused_is_named(begin: bytes, name: str) -> None:
    with pytest.raises(ImageError, match=name) as caught:
        read_image(begin + bytes(300))
    assert "choose" in str(caught.value)


@pytest.mark.parametrize(
    ("compression", "name"),
    [(50_001, "WebP"), (34_712, "JPEG 2000"), (33_003, "JPEG 2000"), (50_002, "JPEG XL")],
)
@pytest.mark.parametrize("order", "<>")
def test_a_compression_in_a_tiff_is_named(order: str, compression: int, name: str) -> None:
    from tests.imaging.photo_files import list_tags, make_tiff

    tags = list_tags(176, 128, (8, 8, 8), 2, t259=compression)
    with pytest.raises(ImageError, match=name):
        read_image(make_tiff(tags, pixels=[[bytes(5000)]], order=order))


@pytest.mark.parametrize(("marker", "bits", "name"), [(0xC3, 8, "lossless"), (0xC1, 12, "12 bits")])
def test_a_coding_of_jpeg_is_named(marker: int, bits: int, name: str) -> None:
    data = bytearray(encode(PHOTO, "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 1], data[at + 4] = marker, bits
    with pytest.raises(ImageError, match=name):
        read_image(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF"])
def test_a_photo_that_cannot_be_opened_is_called_damaged(kind: str) -> None:
    with pytest.raises(ImageError, match="damaged"):
        read_image(encode(PHOTO, kind)[:25])
