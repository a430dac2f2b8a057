"""Folders of real photos, and of files that are none."""

import shutil
from pathlib import Path

import pytest

from tests.doubles.bad_files import make_bad_files

ASSETS = Path(__file__).parents[2] / "assets"


@pytest.fixture(scope="session")
def some_photos() -> list[Path]:
    """Twelve photos of the size of HAM10000's samples."""
    return sorted((ASSETS / "samples").glob("*.jpg"))[:12]


@pytest.fixture(scope="session")
def photos_folder(tmp_path_factory: pytest.TempPathFactory, some_photos: list[Path]) -> Path:
    """Fifty photos in four folders, and twenty files that cannot be read as photos."""
    root = tmp_path_factory.mktemp("many") / "photos"
    small = sorted((ASSETS / "subset").glob("*.jpg"))
    for number in range(50):
        source = (some_photos + small)[number % (len(some_photos) + len(small))]
        folder = root / ("", "a", "a-b", "a/b")[number % 4]
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / f"{number:03}.jpg")
    make_bad_files(root / "a", some_photos[0].read_bytes())
    return root
