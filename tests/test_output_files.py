"""A file is written as a whole, and a link, a FIFO or a device stays what it is."""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from qana.cli.common import check_output_file
from qana.errors import UserError
from qana.output_files import find_target, is_same_file, write_files


def list_contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_are_made_and_replaced(tmp_path: Path) -> None:
    long = "x" * 255
    (tmp_path / "b").write_text("before")
    write_files({tmp_path / "a": b"1", tmp_path / "b": b"", tmp_path / long: b"3"})
    assert list_contents(tmp_path) == {"a": b"1", "b": b"", long: b"3"}


@pytest.mark.parametrize("fails_at", [0, 1, 2])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_what_fails_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch, fails_at: int, error: BaseException
) -> None:
    (tmp_path / "b").write_text("before")
    kept = list_contents(tmp_path)
    synced: list[int] = []

    def sync(number: int) -> None:
        synced.append(number)
        if len(synced) > fails_at:
            raise error

    monkeypatch.setattr(os, "fsync", sync)
    with pytest.raises(type(error)):
        write_files({tmp_path / name: b"after" for name in "abc"})
    assert list_contents(tmp_path) == kept


def test_a_place_without_a_folder_leaves_the_other_files(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_files({tmp_path / "a": b"1", tmp_path / "none" / "b": b"2"})
    assert not list(tmp_path.iterdir())


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(f"far/{name}")
    (tmp_path / "far" / "one").write_text("before")
    (tmp_path / "chain").symlink_to("two")
    write_files({tmp_path / "one": b"1", tmp_path / "chain": b"2"})
    assert list_contents(tmp_path / "far") == {"one": b"1", "two": b"2"}
    assert all((tmp_path / name).is_symlink() for name in ("one", "two", "chain"))
    assert find_target(tmp_path / "far" / "one") == tmp_path / "far" / "one"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a FIFO")
def test_a_fifo_takes_the_content(tmp_path: Path) -> None:
    fifo, found = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: found.append(fifo.read_bytes()))
    reader.start()
    write_files({fifo: b"1" * 100_000})
    reader.join(30)
    assert found == [b"1" * 100_000]
    assert fifo.is_fifo()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root makes a device")
def test_a_device_stays_one(tmp_path: Path) -> None:
    null, full = tmp_path / "null", tmp_path / "full"
    os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    os.mknod(full, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
    write_files({null: b"1"})
    with pytest.raises(OSError, match="No space left"):
        write_files({full: b"1"})
    assert null.is_char_device() and full.is_char_device()


@pytest.mark.parametrize("form", ["same", "dotted", "link", "hard link", "missing"])
def test_a_file_to_read_is_no_file_to_write(tmp_path: Path, form: str) -> None:
    source, out = tmp_path / "photo.jpg", tmp_path / "out"
    if form != "missing":
        source.write_text("photo")
    if form == "link":
        out.symlink_to(source)
    elif form == "hard link":
        os.link(source, out)
    elif form == "dotted":
        out = tmp_path / ".." / tmp_path.name / "photo.jpg"
    else:
        out = source
    assert is_same_file(out, source)
    with pytest.raises(UserError, match="is the file to read: give another file to write"):
        check_output_file(out, source)
    check_output_file(tmp_path / "other", source)


def test_a_link_into_no_folder_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "none" / "x")
    with pytest.raises(UserError, match="There is no folder"):
        check_output_file(tmp_path / "link")
