"""Lists photographs without a lesion that come inside packages of public registries.

`assets/outliers.csv` names them; `python -m tools.outlier_photos DIR` collects them. The project
holds none of the photographs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from qana.data.csv_tables import read_table
from qana.errors import DataError
from qana.resources import ASSETS

TABLE = ASSETS / "outliers.csv"
COLUMNS = (
    "registry",
    "package",
    "version",
    "archive",
    "sha256",
    "member",
    "kind",
    "licence",
    "role",
)


class Role(StrEnum):
    """What a photograph is for. The roles were fixed before any score was computed.

    FIT: the gate is fitted to it. TEST: its kind and its package are also in the fit. LEFT_OUT: no
    photograph of its package is in the fit, but some of its kind are. UNSEEN: none of its kind is
    in the fit.
    """

    FIT = "fit"
    TEST = "test"
    LEFT_OUT = "left_out_package"
    UNSEEN = "unseen_kind"


@dataclass(frozen=True)
class Archive:
    """A file of a package registry, pinned by its hash.

    Attributes:
        registry: "pypi", "npm" or "debian".
        package: name of the package.
        version: its version.
        name: name of the file in the registry.
        sha256: of the file.
    """

    registry: str
    package: str
    version: str
    name: str
    sha256: str


@dataclass(frozen=True)
class OutlierPhoto:
    """A photograph that shows no lesion.

    Attributes:
        archive: the file that contains it.
        member: its path inside the archive, with forward slashes.
        kind: what it shows, such as "birds".
        licence: SPDX name of its licence, or of that of the package.
        role: what it is for.
        path: where it lies after it was collected.
    """

    archive: Archive
    member: str
    kind: str
    licence: str
    role: Role
    path: Path


def list_outlier_photos(folder: Path, table: Path = TABLE) -> list[OutlierPhoto]:
    """Lists the photographs of the table, which need not be in the folder yet.

    Args:
        folder: folder that holds or will hold them, in a subfolder for each package.
        table: CSV file with the columns of `COLUMNS`.

    Returns:
        The photographs in the order of the table.

    Raises:
        DataError: the table is missing or damaged.
    """
    return [_parse_row(row, folder, table.name) for row in read_table(table, COLUMNS)]


def find_outlier_photos(folder: Path, table: Path = TABLE) -> list[OutlierPhoto]:
    """Finds all photographs of the table in a folder.

    Args:
        folder: folder that `python -m tools.outlier_photos` filled.
        table: CSV file with the columns of `COLUMNS`.

    Returns:
        The photographs in the order of the table.

    Raises:
        DataError: a photograph is missing, or the table is.
    """
    photos = list_outlier_photos(folder, table)
    missing = sum(not photo.path.is_file() for photo in photos)
    if missing:
        raise DataError(
            f"{folder} lacks {missing} of the {len(photos)} photographs in {table.name}: run "
            "`python -m tools.outlier_photos DIR` with this folder."
        )
    return photos


def select_role(photos: Sequence[OutlierPhoto], role: Role) -> list[OutlierPhoto]:
    """Selects the photographs of one role."""
    return [photo for photo in photos if photo.role is role]


def group_by_kind(photos: Sequence[OutlierPhoto]) -> Mapping[str, list[OutlierPhoto]]:
    """Groups photographs by what they show. The kinds are in alphabetical order."""
    kinds = sorted({photo.kind for photo in photos})
    return {kind: [photo for photo in photos if photo.kind == kind] for kind in kinds}


def group_by_package(photos: Sequence[OutlierPhoto]) -> Mapping[str, list[OutlierPhoto]]:
    """Groups photographs by the package that they come in, in alphabetical order."""
    names = sorted({photo.archive.package for photo in photos})
    return {name: [one for one in photos if one.archive.package == name] for name in names}


def _parse_row(row: dict[str, str], folder: Path, table: str) -> OutlierPhoto:
    member = PurePosixPath(row["member"])
    if member.is_absolute() or ".." in member.parts:
        raise DataError(f"{table} names a path outside the folder: use the official file.")
    try:
        role = Role(row["role"])
    except ValueError:
        raise DataError(f"{table} has a row without a known role: use the official file.") from None
    archive = Archive(
        row["registry"], row["package"], row["version"], row["archive"], row["sha256"]
    )
    path = folder / archive.package / member
    return OutlierPhoto(archive, row["member"], row["kind"], row["licence"], role, path)
