"""The table replaces an earlier table, and no other file."""

import os
import shutil
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.doubles.screen_runs import read_csv, screen


@pytest.fixture
def here(tmp_path: Path, some_photos: list[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two photos, in which a test works."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    for photo in some_photos[:2]:
        shutil.copy(photo, tmp_path / "photos" / photo.name)
    return tmp_path


def make_list(here: Path, name: str) -> bytes:
    """Writes a table of paths with columns of the user's own; returns its content."""
    paths = sorted(str(path) for path in Path("photos").glob("*.jpg"))
    if name.endswith(".parquet"):
        pq.write_table(pa.table({"patient": ["a"] * len(paths), "path": paths}), name)
    else:
        cut = {".csv": ",", ".CSV": ";"}[Path(name).suffix]
        Path(name).write_text("\n".join(f"{p}{cut}mine" for p in ["path", *paths]) + "\n")
    return Path(name).read_bytes()


@pytest.mark.parametrize("name", ["list.csv", "list.CSV", "list.parquet"])
@pytest.mark.parametrize("form", ["same", "absolute", "dotted", "link", "hard link", "second"])
def test_a_source_is_not_replaced(here: Path, capsys, name: str, form: str) -> None:
    kept = make_list(here, name)
    other = f"other{Path(name).suffix}"
    if form == "link":
        Path(other).symlink_to(name)
    elif form == "hard link":
        os.link(name, other)
    sources = ["photos", name] if form == "second" else [name]
    out = {"absolute": here / name, "dotted": Path("photos") / ".." / name}.get(
        form, other if "link" in form else name
    )
    assert screen(*sources, "--out", out, "--workers", 1) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "is a source of the photos: give another file with --out" in line
    assert Path(name).read_bytes() == kept
    assert not list(here.glob("*.unfinished"))


@pytest.mark.parametrize(
    "content",
    [
        b"image_id,dx\nx,nv\n",
        b"path,sha256,status\n",
        b"text",
        b"\xff\xfep\x00",
        b"PAR1",
        b"\0" * 99,
        b'"' * 99,
    ],
)
@pytest.mark.parametrize("name", ["photos/metadata.csv", "mine.csv", "mine.parquet"])
def test_another_file_is_not_replaced(here: Path, capsys, name: str, content: bytes) -> None:
    Path(name).write_bytes(content)
    assert screen("photos", "--out", name, "--workers", 1) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{name} is there already and is no table of `qana screen`" in line
    assert Path(name).read_bytes() == content


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_an_earlier_table_and_an_empty_file_are_replaced(here: Path, name: str) -> None:
    Path(name).touch()
    assert screen("photos", "--out", name, "--workers", 1) == 0
    written = Path(name).read_bytes()
    assert len(written) > 100
    assert screen("photos", "--out", name, "--workers", 1) == 0
    assert Path(name).read_bytes() == written


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_its_file_is_written(here: Path, there: bool) -> None:
    (here / "far").mkdir()
    target, link = here / "far" / "target.csv", here / "photos" / "out.csv"
    if there:
        target.touch()
    link.symlink_to(target)
    assert screen("photos", "--out", link, "--workers", 1) == 0
    assert link.is_symlink()
    assert len(read_csv(target)) == 2  # the link in the folder of the photos is no photo
    assert [path.name for path in (here / "far").iterdir()] == ["target.csv"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a FIFO")
def test_a_fifo_takes_the_table(here: Path) -> None:
    assert screen("photos", "--out", "file.csv", "--workers", 1) == 0
    os.mkfifo("fifo.csv")
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(Path("fifo.csv").read_bytes()))
    reader.start()
    assert screen("photos", "--out", "fifo.csv", "--workers", 1) == 0
    reader.join(30)
    assert found == [Path("file.csv").read_bytes()]
    assert Path("fifo.csv").is_fifo()
