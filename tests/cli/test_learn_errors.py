"""`qana learn` says in one sentence what is wrong, and leaves the head as it was."""

import shutil
from pathlib import Path

import pytest

from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head_files import load_head
from tests.doubles.edge_doubles import edge
from tests.doubles.learn_runs import NEW, OLD, expected, folders, here, images, learn, photos, said

__all__ = ["edge", "here", "images", "photos"]


def test_an_unreadable_file_is_told_and_the_others_are_learned(
    edge: EdgeModel, images: Path, photos, capsys
) -> None:
    broken = images / NEW / "a broken one.jpg"
    broken.write_text("not a picture")
    (images / OLD / "empty.png").write_bytes(b"")
    (images / OLD / ".hidden").write_text("passed over")
    folders(images, **{".hidden": photos["nv"][:1]})
    ran = learn(capsys, "--images", images)
    assert ran["code"] == 2
    lines = ran["err"].splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{broken}: ")
    assert "empty.png" in lines[1]
    assert len(ran["document"]["lessons"]) == 3
    saved = load_head(Path("learned.head"), edge.front_sha256)
    assert saved.equals(expected(edge, None, (NEW, photos["vasc"][:2]), (OLD, photos["mel"][:1])))


def test_wrong_use_gets_one_sentence(here: Path, photos, capsys) -> None:
    assert "give --images, --test or --undo" in said(capsys)
    assert "no folder" in said(capsys, "--images", "nowhere")
    (here / "empty").mkdir()
    assert "make one for each class" in said(capsys, "--images", "empty")
    shutil.copy(photos["nv"][0], here / "empty")
    assert "make one for each class" in said(capsys, "--images", "empty")
    assert "no folder" in said(capsys, "--images", photos["nv"][0])
    assert "akida2 has no edge head" in said(capsys, "--model", "akida2", "--images", "empty")
    assert "There is no model 'other'" in said(capsys, "--model", "other", "--images", "empty")
    assert not Path("learned.head").exists()


@pytest.mark.parametrize("option", ["--images", "--test"])
def test_folders_without_a_photo_are_said(here: Path, capsys, option: str) -> None:
    (here / "images" / "mel").mkdir(parents=True)
    assert "photo" in said(capsys, option, "images")
    assert not Path("learned.head").exists()


def test_a_bad_name_teaches_nothing_at_all(edge: EdgeModel, images: Path, photos, capsys) -> None:
    learn(capsys, "--images", images)
    kept = Path("learned.head").read_bytes()
    folders(images, **{"z" * 41: photos["nv"][:1]})
    assert "1 to 40 printable characters" in said(capsys, "--images", images)
    assert Path("learned.head").read_bytes() == kept


def test_a_full_head_is_said_and_left(images: Path, here: Path, photos, capsys) -> None:
    many = folders(here / "many", **{f"class {n:02}": photos["nv"][:1] for n in range(10)})
    assert "The head is full at 16 classes" in said(capsys, "--images", many)
    assert not Path("learned.head").exists()


def test_a_damaged_head_is_said_and_left(images: Path, capsys) -> None:
    learn(capsys, "--images", images)
    data = bytearray(Path("learned.head").read_bytes())
    data[len(data) // 2] ^= 1
    Path("learned.head").write_bytes(data)
    assert "cannot be read as a learned head" in said(capsys, "--images", images)
    assert Path("learned.head").read_bytes() == data


def test_a_place_that_cannot_be_written_to_is_said(images: Path, capsys) -> None:
    assert "There is no folder none" in said(capsys, "--images", images, "--head", "none/my.head")
