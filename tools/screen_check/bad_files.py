"""Writes files that cannot be read as a photo, and counts their rows."""

import csv
import random
from collections.abc import Sequence
from pathlib import Path

HUGE_MEGABYTES = 26
"""Size of the smallest huge file; `qana screen` reads up to 25 MB."""


def write_bad_file(folder: Path, number: int, sources: Sequence[Path]) -> None:
    """Writes one file that cannot be read as a photo: corrupt, huge or of another kind.

    Args:
        folder: where to write it; it is made if missing.
        number: of the file. It chooses the kind, the content and the name.
        sources: files of photos.
    """
    rng = random.Random(number)
    photo = sources[number % len(sources)].read_bytes()
    cut = photo[: rng.randrange(2, len(photo) // 2)]
    name, content = (
        ("cut.jpg", cut),
        ("empty.jpg", b""),
        ("noise.jpg", b"\xff\xd8\xff\xe0" + rng.randbytes(5000)),
        ("noise.png", b"\x89PNG\r\n\x1a\n" + rng.randbytes(5000)),
        ("text.txt", b"no photo\n" * rng.randrange(1, 100)),
        ("page.pdf", b"%PDF-1.7\n" + rng.randbytes(2000)),
        ("video.mp4", b"\0\0\0\x18ftypmp42" + rng.randbytes(2000)),
        ("archive.zip", b"PK\x03\x04" + rng.randbytes(2000)),
        ("table.csv", b"path,label\nx.jpg,nv\n"),
        ("huge.jpg", photo),
    )[number % 10]
    folder.mkdir(exist_ok=True)
    with (folder / f"bad_{number:06}_{name}").open("wb") as file:
        file.write(content)
        if name == "huge.jpg":
            file.truncate((HUGE_MEGABYTES + number) * 2**20)  # a sparse file


def count_bad_rows(table: bytes) -> int:
    """Counts the bad files of a table that are rejected with a reason.

    Args:
        table: content of a CSV that `qana screen` wrote.
    """
    rows = csv.DictReader(table.decode("utf-8").splitlines())
    return sum(
        "/bad_" in row["path"] and row["status"] == "rejected" and bool(row["reason"])
        for row in rows
    )
