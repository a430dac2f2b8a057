"""Reads the ICC profile of a GIF.

Sources: GIF89a specification (CompuServe, 1990), and ICC.1:2010, annex B.5.
"""

from collections.abc import Iterator

_EXTENSION, _APPLICATION = b"!", 0xFF
_NAME = b"ICCRGBG1012"
_MAX_EXTENSIONS = 2000
"""Extensions before the first picture that are searched."""


def read_gif_profile(data: bytes) -> bytes | None:
    """Reads the profile that comes before the first picture.

    Args:
        data: the whole file.

    Returns:
        The profile, or None if there is none.
    """
    for label, blocks in _list_extensions(data):
        if label == _APPLICATION and blocks[:1] == [_NAME]:
            return b"".join(blocks[1:]) or None
    return None


def _list_extensions(data: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Lists the label and the blocks of each extension up to the first picture."""
    flags = data[10] if len(data) > 12 else 0
    at = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    for _ in range(_MAX_EXTENSIONS):
        if data[at : at + 1] != _EXTENSION or at + 2 > len(data) - 1:
            return
        label, blocks = data[at + 1], list[bytes]()
        at += 2
        while at < len(data) and data[at]:
            blocks.append(data[at + 1 : at + 1 + data[at]])
            at += 1 + data[at]
        yield label, blocks
        at += 1
