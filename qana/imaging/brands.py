"""Tells HEIC, AVIF and other files in boxes (ISO base media file format) apart by their brands."""

_HEIC = frozenset(
    (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"MiHE", b"MiHB")
)
"""Brands of pictures with HEVC pixels (ISO/IEC 23008-12, Annex B, and ISO/IEC 23000-22)."""
_AVIF = frozenset((b"avif", b"avis", b"avio", b"MA1A", b"MA1B"))
"""Brands of pictures with AV1 pixels (AV1 Image File Format)."""
_ANY_PIXELS = frozenset(
    (b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"MiPr", b"1pic", b"unif", b"tmap")
)
"""Brands of pictures and collections that leave the coding open (ISO/IEC 23008-12)."""
_OTHER = {
    b"avci": "a HEIF picture with H.264 pixels",
    b"avcs": "a HEIF picture with H.264 pixels",
    b"vvic": "a HEIF picture with H.266 pixels",
    b"vvis": "a HEIF picture with H.266 pixels",
    b"jpeg": "a HEIF picture with JPEG pixels",
    b"jpgs": "a HEIF picture with JPEG pixels",
    b"j2ki": "a HEIF picture with JPEG 2000 pixels",
    b"j2is": "a HEIF picture with JPEG 2000 pixels",
}
_ITEM_CODINGS = {b"hvcC": "HEIF", b"av1C": "AVIF"}
"""Boxes with the parameters of a decoder."""
_OTHER_CODINGS = {b"avcC": b"avci", b"vvcC": b"vvic", b"j2kH": b"j2ki"}
_RAW_CANON = b"crx "
_SOUNDS = (b"M4A ", b"M4B ", b"M4P ")
_MOVIES = (
    *(b"iso", b"mp4", b"mp7", b"qt", b"M4V", b"3g", b"mmp4", b"avc1", b"hvc1", b"dash", b"MSNV"),
    *(b"XAVC", b"f4v", b"F4V", b"av01"),
)
"""Beginnings of the brands of films."""
_MAX_TYPE_BOX = 512
_MAX_PROPERTIES = 65_536
"""Bytes in which the parameters of a decoder are looked for."""
_MAJORS = {"HEIF": b"heic", "AVIF": b"avif"}
_READ_SEQUENCES = {"HEIF": (b"hevc", b"hevx", b"msf1"), "AVIF": (b"avis",)}


def find_box_format(data: bytes) -> str | None:
    """Finds Pillow's name of a picture in boxes: HEIF (with HEVC pixels) or AVIF.

    The first brand only says how the file was written. The other brands name the coding, or, if
    none does, the parameters of the decoder do.

    Args:
        data: content of a file.

    Returns:
        The name; None if the file is no such picture.
    """
    brands = _list_brands(data)
    if not brands or brands[0] == _RAW_CANON:
        return None
    for kind, names in (("HEIF", _HEIC), ("AVIF", _AVIF)):
        if brands[0] in names:
            return kind
    for kind, names in (("AVIF", _AVIF), ("HEIF", _HEIC)):
        if names.intersection(brands):
            return kind
    if _ANY_PIXELS.intersection(brands) and not _OTHER.keys() & set(brands):
        begin = data[:_MAX_PROPERTIES]
        return next((kind for box, kind in _ITEM_CODINGS.items() if box in begin), None)
    return None


def name_box_file(data: bytes) -> str | None:
    """Names a file in boxes that is not read.

    Args:
        data: content of a file.

    Returns:
        The name with its article; None if the file is unknown or is read.
    """
    brands = _list_brands(data)
    if not brands or find_box_format(data):
        return None
    begin = data[:_MAX_PROPERTIES]
    coded = [brand for box, brand in _OTHER_CODINGS.items() if box in begin]
    pictures = _ANY_PIXELS.intersection(brands)
    for brand in [*brands, *(coded if pictures else [])]:
        if brand in _OTHER:
            return _OTHER[brand]
    if brands[0] == _RAW_CANON:
        return "a camera raw file (CR3)"
    if brands[0] in _SOUNDS:
        return "a sound"
    if pictures:
        return "a HEIF picture with pixels of an unknown kind"
    return "a video" if brands[0].startswith(_MOVIES) else None


def rename_major_brand(data: bytes) -> bytes:
    """Lets a picture in boxes begin with the brand of its coding, by which decoders know it.

    Args:
        data: content of a file. A file of another format is returned as it is.

    Returns:
        The file with another first brand. Image sequences keep theirs.
    """
    kind = find_box_format(data)
    if kind is None or (data[8:12] in _READ_SEQUENCES[kind] and b"moov" in data[:_MAX_PROPERTIES]):
        return data
    return data[:8] + _MAJORS[kind] + data[12:]


def _list_brands(data: bytes) -> list[bytes]:
    """Lists the first brand, then those with which the file is compatible."""
    if data[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(data[:4]), _MAX_TYPE_BOX)
    return [data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))]
