"""The real data sets, where they are."""

import os
from pathlib import Path

import pytest

from qana.data.photo import Photo
from qana.data.sources import SOURCES, find_sources, read_sources
from qana.errors import DataError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def sources_folder() -> Path:
    """The folder of all data sets: QANA_DATA, data/ or the folder shared/data next to QANA."""
    folders = (Path(os.environ.get("QANA_DATA", ROOT / "data")), ROOT.parent / "shared" / "data")
    for folder in folders:
        try:
            if tuple(find_sources(folder)) == SOURCES:
                return folder
        except DataError:
            continue
    pytest.skip("set QANA_DATA to a folder with all data sets")


@pytest.fixture(scope="session")
def source_photos(sources_folder: Path) -> list[Photo]:
    """All photos of all data sets."""
    return read_sources(sources_folder)
