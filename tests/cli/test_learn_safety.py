"""`qana learn` changes the head as a whole, or not at all."""

import errno
import os
from pathlib import Path

import pytest
from filelock import FileLock

from qana.cli.main import main
from qana.edge_learning import head_lock
from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head_files import load_head
from tests.doubles.edge_doubles import edge
from tests.doubles.learn_runs import NEW, OLD, folders, here, images, learn, photos, said

__all__ = ["edge", "here", "images", "photos"]


def list_heads(here: Path) -> dict[str, bytes]:
    """The content of each file in the folder, by its name."""
    return {path.name: path.read_bytes() for path in here.iterdir() if path.is_file()}


@pytest.mark.parametrize("undo", [(), ("--undo",)])
@pytest.mark.parametrize("wrong", ["missing", "file", "empty", "unknown class", "no photo"])
def test_a_wrong_test_folder_changes_nothing(
    images: Path, here: Path, photos, capsys, wrong: str, undo: tuple[str, ...]
) -> None:
    learn(capsys, "--images", images)
    kept = list_heads(here)
    test = here / "test"
    if wrong == "unknown class":
        folders(test, **{NEW: photos["vasc"][:1]}, never_taught=photos["nv"][:1])
    elif wrong == "no photo":
        (test / NEW).mkdir(parents=True)
    elif wrong == "empty":
        test.mkdir()
    elif wrong == "file":
        test.touch()
        kept["test"] = b""
    sentence = said(capsys, *undo, "--images", images, "--test", test)
    assert str(test) in sentence
    assert list_heads(here) == kept


def test_a_class_that_the_run_teaches_can_be_tested_in_any_case(
    images: Path, here: Path, photos, capsys
) -> None:
    test = folders(here / "test", **{NEW.upper(): photos["vasc"][:1]})
    ran = learn(capsys, "--images", images, "--test", test)
    assert ran["code"] == 0, ran["err"]
    assert list(ran["document"]["tested"]) == [NEW]


def test_a_class_without_a_readable_photo_is_recognized_in_none(
    images: Path, here: Path, photos, capsys
) -> None:
    (images / "unread").mkdir()
    (images / "unread" / "x.jpg").write_text("no photo")
    test = folders(here / "test", unread=photos["nv"][:2])
    ran = learn(capsys, "--images", images, "--test", test)
    assert ran["code"] == 2
    assert ran["document"]["tested"] == {"unread": {"n": 2, "recognized": 0}}


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("fails_at", [0, 1])
def test_a_full_disk_leaves_the_heads_as_they_were(
    images: Path, here: Path, capsys, monkeypatch, earlier: bool, fails_at: int
) -> None:
    if earlier:
        learn(capsys, "--images", images)
        learn(capsys, "--images", images)
    kept = list_heads(here)
    synced: list[int] = []

    def sync(number: int) -> None:
        synced.append(number)
        if len(synced) > fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", sync)
    sentence = said(capsys, "--images", images)
    assert "No space left on device" in sentence and "unchanged" in sentence
    assert list_heads(here) == kept


@pytest.mark.parametrize("name", ["typo.head", "none/x.head"])
def test_a_head_that_is_missing_is_not_tested(here: Path, photos, capsys, name: str) -> None:
    test = folders(here / "test", nv=photos["nv"][:1])
    assert f"There is no learned head {name}" in said(capsys, "--test", test, "--head", name)
    ran = learn(capsys, "--test", test)
    assert ran["code"] == 0
    assert "the head that comes with the model is tested" in ran["err"]


def test_one_run_at_a_time_changes_a_head(images: Path, here: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(head_lock, "_SECONDS", 0.1)
    learn(capsys, "--images", images)
    kept = list_heads(here)
    files: list[Path] = []

    class RecordingLock(FileLock):  # type: ignore[misc]
        def __init__(self, path: Path) -> None:
            files.append(path)
            super().__init__(path)

    monkeypatch.setattr(head_lock, "FileLock", RecordingLock)
    (here / "link.head").symlink_to("learned.head")
    with head_lock.lock_head(Path("learned.head")):
        for words in (["--images", images], ["--undo"], ["--undo", "--head", "link.head"]):
            assert "Another run is changing" in said(capsys, *words)
        learn(capsys, "--images", images, "--head", "another.head")
    assert learn(capsys, "--undo")["code"] == 0
    assert len(set(files)) == 2 and all(file.name.startswith(".") for file in files)
    assert set(list_heads(here)) == {*kept, "another.head", "another.head.before", "link.head"} - {
        "learned.head.before"
    }


def test_a_link_stays_and_its_head_learns(
    edge: EdgeModel, images: Path, here: Path, capsys
) -> None:
    (here / "far").mkdir()
    link = here / "link.head"
    link.symlink_to(here / "far" / "x.head")
    for _run in range(2):
        assert learn(capsys, "--images", images, "--head", link)["code"] == 0
    assert link.is_symlink()
    assert NEW in load_head(here / "far" / "x.head", edge.front_sha256).classes
    assert learn(capsys, "--undo", "--head", link)["document"]["classes"][NEW] == 2
    assert link.is_symlink()


@pytest.mark.parametrize("when", ["learn", "recognize"])
def test_ctrl_c_tells_whether_the_head_was_saved(
    images: Path, here: Path, photos, capsys, monkeypatch, when: str
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(EdgeLearner, when, stop)
    test = folders(here / "test", **{OLD: photos["mel"][:1]})
    assert main(["learn", "--images", str(images), "--test", str(test)]) == 130
    (sentence,) = capsys.readouterr().err.splitlines()
    saved = Path("learned.head").is_file()
    assert saved == (when == "recognize")
    assert ("is saved as learned.head" if saved else "nothing was learned") in sentence
