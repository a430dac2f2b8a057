"""Finds and reads the data sets on which QANA is trained and tested."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qana.data.bcn20000 import is_bcn20000, read_bcn20000
from qana.data.ham10000 import is_ham10000, read_ham10000
from qana.data.isic2017 import is_isic2017, read_isic2017
from qana.data.milk10k import is_milk10k, read_milk10k
from qana.data.pad_ufes_20 import is_pad_ufes, read_pad_ufes
from qana.data.photo import Photo
from qana.data.source_names import TITLES
from qana.errors import DataError


@dataclass(frozen=True)
class SourceReader:
    """How one data set is recognised and read.

    Attributes:
        matches: returns whether a folder holds the data set.
        read: reads the list of its photos.
    """

    matches: Callable[[Path], bool]
    read: Callable[[Path], list[Photo]]


READERS = {
    "ham10000": SourceReader(is_ham10000, read_ham10000),
    "milk10k": SourceReader(is_milk10k, read_milk10k),
    "bcn20000": SourceReader(is_bcn20000, read_bcn20000),
    "isic2017": SourceReader(is_isic2017, read_isic2017),
    "pad_ufes_20": SourceReader(is_pad_ufes, read_pad_ufes),
}
SOURCES = tuple(READERS)
"""Names of the data sets, in a fixed order."""


def find_sources(root: Path) -> dict[str, Path]:
    """Finds data sets by their content. The names of the folders do not matter.

    Args:
        root: folder of one data set, or folder whose subfolders are data sets.

    Returns:
        Name of each data set to its folder, in the order of `SOURCES`, at least one.

    Raises:
        DataError: there is no such folder, it holds no data set, or it holds one twice.
    """
    if not root.is_dir():
        raise DataError(f"There is no folder {root}: give the folder that holds the data sets.")
    folders = [root, *sorted(folder for folder in root.iterdir() if folder.is_dir())]
    found = {}
    for name, reader in READERS.items():
        matching = [folder for folder in folders if reader.matches(folder)]
        if len(matching) > 1:
            raise DataError(
                f"{matching[0].name} and {matching[1].name} both hold {TITLES[name]}: leave one "
                f"in {root.name}."
            )
        if matching:
            found[name] = matching[0]
    if not found:
        raise DataError(
            f"{root.name} holds none of {', '.join(TITLES.values())}: give a folder with the "
            "official files of one, or the folder above several."
        )
    return found


def read_source(name: str, folder: Path) -> list[Photo]:
    """Reads the list of photos of one data set; their pixels are not decoded.

    Args:
        name: one of `SOURCES`.
        folder: folder of the data set.

    Returns:
        All photos, in the order of the metadata.

    Raises:
        DataError: a file or column is missing, or a cell is wrong. The message names it.
    """
    return READERS[name].read(folder)


def read_sources(root: Path) -> list[Photo]:
    """Reads the lists of photos of all data sets in a folder; their pixels are not decoded.

    Args:
        root: folder of one data set, or folder whose subfolders are data sets.

    Returns:
        All photos, in the order of `SOURCES` and then of the metadata.

    Raises:
        DataError: there is no data set, or one of them is damaged. The message says which.
    """
    found = find_sources(root)
    return [photo for name, folder in found.items() for photo in read_source(name, folder)]
