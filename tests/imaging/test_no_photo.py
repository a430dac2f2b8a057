"""What is no photo, from Python, is refused by one error that says what is expected."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qana.errors import ImageError
from qana.imaging import read_image
from qana.imaging.check_array import check_photo_array
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import diagnose

PIXELS = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
NO_ARRAYS: dict[str, Any] = {
    "uint16": PIXELS.astype(np.uint16) * 257,
    "float32": PIXELS.astype(np.float32) / 255,
    "float64": PIXELS / 255,
    "int64": PIXELS.astype(np.int64),
    "bool": PIXELS > 127,
    "object": PIXELS.astype(object),
    "grey": PIXELS[..., 0],
    "one channel": PIXELS[..., :1],
    "RGBA": np.dstack([PIXELS, PIXELS[..., :1]]),
    "channels first": PIXELS.transpose(2, 0, 1),
    "batch": PIXELS[None],
    "vector": PIXELS.ravel(),
    "scalar": np.uint8(3),
    "no pixels": PIXELS[:0],
    "list": PIXELS.tolist(),
    "PIL": Image.fromarray(PIXELS),
    "path": "lesion.jpg",
    "bytes": PIXELS.tobytes(),
    "None": None,
}


@pytest.mark.parametrize("kind", NO_ARRAYS)
def test_what_is_no_array_of_rgb_is_refused(kind: str, classifier: AkidaClassifier) -> None:
    for force in (False, True):
        with pytest.raises(ImageError, match=r"give an \(H, W, 3\) uint8 array of RGB") as raised:
            diagnose(NO_ARRAYS[kind], classifier, force)
        with pytest.raises(ImageError, match="uint8"):
            classifier.classify(NO_ARRAYS[kind])
        assert "\n" not in str(raised.value) and str(raised.value).endswith(".")


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 500, 3), (64, 64, 3), (301, 200, 3)])
def test_an_array_of_rgb_passes(shape: tuple[int, ...], classifier: AkidaClassifier) -> None:
    photo = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    assert check_photo_array(photo) is photo
    assert diagnose(photo[::-1], classifier).status in ("classified", "abstained", "rejected")


def encode(name: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(PIXELS).save(stream, name)
    return stream.getvalue()


def open_closed(path: Path) -> Any:
    with path.open("rb") as file:
        return file


NO_SOURCES: dict[str, Callable[[Path], Any]] = {
    "text mode": lambda path: path.open(encoding="utf-8"),
    "text mode, Latin-1": lambda path: path.open(encoding="latin-1"),
    "text": lambda path: io.StringIO("lesion.jpg"),
    "closed": open_closed,
    "write mode": lambda path: path.with_name("new").open("wb"),
    "None": lambda path: None,
    "number": lambda path: 3,
    "list": lambda path: [str(path)],
    "array": lambda path: PIXELS,
    "PIL": lambda path: Image.fromarray(PIXELS),
}


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "BMP"])
@pytest.mark.parametrize("kind", NO_SOURCES)
def test_what_is_no_source_is_refused(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(encode(name))
    with pytest.raises(ImageError, match="give the path of a file, its content as bytes, or a"):
        read_image(NO_SOURCES[kind](path))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "BMP"])
def test_each_form_of_one_file_gives_the_same_photo(name: str, tmp_path: Path) -> None:
    data = encode(name)
    path = tmp_path / "photo"
    path.write_bytes(data)
    expected = read_image(path)
    for source in (str(path), data, bytearray(data), memoryview(data), io.BytesIO(data)):
        assert np.array_equal(read_image(source), expected)
    with path.open("rb") as file:
        assert np.array_equal(read_image(file), expected)


@pytest.mark.parametrize(
    "name", ["x" * 300, "x" * 300 + ".jpg", "x" * 5000, "a/" * 3000, "a\0b.jpg", "none/x.jpg", ""]
)
def test_a_path_that_no_file_can_have_is_refused(name: str) -> None:
    with pytest.raises(ImageError):
        read_image(name)
    with pytest.raises(ImageError):
        read_image(Path(name))


@pytest.mark.skipif(os.name == "nt", reason="needs the permissions of POSIX")
def test_a_photo_in_a_closed_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")  # root may enter any folder

    monkeypatch.setattr(os, "stat", refuse)
    with pytest.raises(ImageError, match="check its name and your permission"):
        read_image(tmp_path / "x.jpg")
