"""A save that is interrupted or fails leaves the previous `.head` file."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from qana.edge_learning.head import Head, add_class
from qana.edge_learning.head_files import BACKUP_SUFFIX, load_head, save_head
from qana.errors import UserError
from tests.doubles.head_doubles import FRONT, head

__all__ = ["head"]


@pytest.fixture(scope="module")
def other(head: Head) -> Head:
    return add_class(head, "other")


def test_the_previous_head_is_kept(head: Head, other: Head, tmp_path) -> None:
    path = tmp_path / "my.head"
    for one in (head, other):
        save_head(one, FRONT, path)
    assert load_head(path, FRONT).equals(other)
    assert load_head(path.with_name(path.name + BACKUP_SUFFIX), FRONT).equals(head)


SAVE = """
import os, resource, signal, sys
from pathlib import Path
from qana.errors import UserError
from qana.edge_learning.head import add_class
from qana.edge_learning.head_files import load_head, save_head
path, front = Path(sys.argv[1]), sys.argv[2]
head = add_class(load_head(path, front), "new")
def kill(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)
def second_time(then):
    done = []
    def call(*arguments):
        done.append(1)
        return kill() if len(done) == 2 else then(*arguments)
    return call
{trap}
try:
    save_head(head, front, path)
except UserError as error:
    print(error)
"""
FULL = "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
"""A write of more than 100 bytes then fails as on a full disk, or ends the process."""


def save_in_another_process(path: Path, trap: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SAVE.format(trap=trap), str(path), FRONT]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("trap", "signal_number"),
    [
        ("os.fsync = kill", signal.SIGKILL),
        ("os.fsync = second_time(os.fsync)", signal.SIGKILL),
        ("Path.replace = os.replace = os.rename = kill", signal.SIGKILL),
        (
            "Path.replace = second_time(Path.replace); os.replace = second_time(os.replace)",
            signal.SIGKILL,
        ),
        (f"signal.signal(signal.SIGXFSZ, signal.SIG_DFL); {FULL}", signal.SIGXFSZ),
    ],
    ids=["synced", "synced second", "renamed", "renamed second", "half written"],
)
def test_a_process_killed_in_a_save_leaves_the_head_that_was_there(
    head: Head, tmp_path: Path, trap: str, signal_number: int
) -> None:
    path = tmp_path / "my.head"
    save_head(head, FRONT, path)
    ran = save_in_another_process(path, trap)
    assert ran.returncode == -signal_number, ran.stderr
    assert load_head(path, FRONT).equals(head)
    before = path.with_name(path.name + BACKUP_SUFFIX)
    assert not before.exists() or load_head(before, FRONT).equals(head)
    assert not save_in_another_process(path, "").stderr
    assert load_head(path, FRONT).classes == (*head.classes, "new")
    assert load_head(before, FRONT).equals(head)


def fails_to_save(saving: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        saving()
    return str(caught.value)


def test_a_full_disk_leaves_the_previous_head(head: Head, tmp_path: Path) -> None:
    path = tmp_path / "my.head"
    save_head(head, FRONT, path)
    ran = save_in_another_process(path, FULL)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(f"The learned head cannot be saved as {path} (File too large)")
    assert ran.stdout.count("\n") == 1
    assert load_head(path, FRONT).equals(head)
    assert [file.name for file in tmp_path.iterdir()] == ["my.head"]


def test_a_read_only_folder_leaves_the_previous_head(head: Head) -> None:
    with TemporaryDirectory() as folder:  # other users cannot open tmp_path
        path = Path(folder) / "my.head"
        save_head(head, FRONT, path)
        path.parent.chmod(0o555)
        # Root may write anywhere, so another user saves.
        ran = save_in_another_process(path, "os.seteuid(65534) if os.geteuid() == 0 else None")
        path.parent.chmod(0o755)
        assert ran.returncode == 0, ran.stderr
        assert "(Permission denied), and any earlier file there is unchanged" in ran.stdout
        assert ran.stdout.count("\n") == 1
        assert load_head(path, FRONT).equals(head)
        assert [file.name for file in path.parent.iterdir()] == ["my.head"]


def test_an_invalid_folder_gets_an_error(head: Head, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    for path in (tmp_path / "none" / "my.head", tmp_path / "file" / "my.head", tmp_path / "folder"):
        sentence = fails_to_save(lambda path=path: save_head(head, FRONT, path))
        assert str(path) in sentence
        assert sentence.endswith("choose another place.")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "folder"]
