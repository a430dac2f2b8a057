"""A DICOM photo with a wrong length in an element is called damaged, not without a picture."""

import struct

import pytest

from qana.imaging import ImageError, read_image
from tests.doubles.dicom_doubles import NATIVE, read_sample
from tools.fuzz.dicom_files import Form, make_file

IMPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
ELEMENTS = [(0x08, 0x16), (0x08, 0x18), (0x10, 0x10), (0x28, 0x02), (0x28, 0x10), (0x28, 0x0100)]


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize("syntax", [NATIVE, IMPLICIT, BIG])
@pytest.mark.parametrize("size", [(150, 112), (97, 75)])
def test_a_wrong_length_is_damage(
    size: tuple[int, int], syntax: str, element: tuple[int, int]
) -> None:
    order = ">" if syntax == BIG else "<"
    kind, at = ("I", 4) if syntax == IMPLICIT else ("H", 6)
    data = bytearray(make_file(read_sample(3, size), Form(syntax)))
    begin = data.index(struct.pack(f"{order}HH", *element), 200) + at
    (length,) = struct.unpack_from(f"{order}{kind}", data, begin)
    for wrong in {length + 2, length + 100, length + 30_000, length - 2, length + 1}:
        struct.pack_into(f"{order}{kind}", data, begin, wrong)
        with pytest.raises(ImageError, match="damaged"):
            read_image(bytes(data))
