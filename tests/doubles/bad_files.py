"""Writes files that no photo can be read from, and archives of photos."""

import zipfile
from pathlib import Path


def make_bad_files(folder: Path, photo: bytes) -> list[Path]:
    """Writes twenty files that are corrupt, empty, huge, tiny or of another kind."""
    contents = {
        "empty.jpg": b"",
        "text.jpg": b"no photo at all",
        "notes.txt": b"some notes",
        "table.csv": b"path\nx.jpg\n",
        "half.jpg": photo[: len(photo) // 2],
        "head.jpg": photo[:200],
        "zeros.png": bytes(5000),
        "page.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        "video.mp4": b"\0\0\0\x18ftypmp42" + bytes(2000),
        "sound.mp3": b"ID3" + bytes(2000),
        "raw.cr2": b"II*\0\x10\0\0\0CR\x02\0" + bytes(2000),
        "office.docx": b"PK\x03\x04" + bytes(200),
        "no_extension": b"\x7fELF" + bytes(500),
        "cut.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x20\0\0\0\x20\0\x08\x02\0\0\0",
        "gif.gif": b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01",
        "tiff.tif": b"MM\0*\xff\xff\xff\xff",
        "dicom.dcm": bytes(128) + b"DICM" + bytes(64),
        "webp.webp": b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        "bytes.bin": bytes(range(256)) * 20,
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    with (folder / "huge.jpg").open("wb") as file:
        file.write(photo)
        file.truncate(26 * 2**20)  # a sparse file
    return [folder / name for name in [*contents, "huge.jpg"]]


def zip_photos(archive: Path, photos: list[Path]) -> Path:
    """Stores photos in an archive."""
    with zipfile.ZipFile(archive, "w") as file:
        for photo in photos:
            file.write(photo, f"inner/{photo.name}")
    return archive
