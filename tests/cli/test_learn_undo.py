"""`qana learn --undo` takes the last run back."""

import shutil
from pathlib import Path

from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head_files import load_head
from tests.doubles.edge_doubles import edge
from tests.doubles.learn_runs import NEW, expected, folders, here, images, learn, photos, said

__all__ = ["edge", "here", "images", "photos"]


def test_undo_takes_the_last_run_back(
    edge: EdgeModel, images: Path, here: Path, photos, capsys
) -> None:
    learn(capsys, "--images", images)
    first = Path("learned.head").read_bytes()
    learn(capsys, "--images", folders(here / "wrong", nv=photos["vasc"][2:4]))
    assert Path("learned.head").read_bytes() != first
    document = learn(capsys, "--undo")["document"]
    assert document["lessons"] == []
    assert document["classes"][NEW] == 2
    assert Path("learned.head").read_bytes() == first


def test_undo_takes_the_first_run_back_too(edge: EdgeModel, images: Path, capsys) -> None:
    learn(capsys, "--images", images)
    ran = learn(capsys, "--undo")
    assert ran["code"] == 0, ran["err"]
    assert load_head(Path("learned.head"), edge.front_sha256).equals(edge.initial_head)


def test_undo_and_learning_in_one_run_replaces_the_last_run(
    edge: EdgeModel, images: Path, here: Path, photos, capsys
) -> None:
    learn(capsys, "--images", images)
    first = load_head(Path("learned.head"), edge.front_sha256)
    learn(capsys, "--images", folders(here / "wrong", nv=photos["vasc"][2:4]))
    learn(capsys, "--undo", "--images", folders(here / "right", vasc=photos["vasc"][2:4]))
    found = load_head(Path("learned.head"), edge.front_sha256)
    assert found.equals(expected(edge, first, ("vasc", photos["vasc"][2:4])))


def test_what_was_taken_back_does_not_come_back(
    edge: EdgeModel, images: Path, here: Path, photos, capsys
) -> None:
    learn(capsys, "--images", images)
    first = load_head(Path("learned.head"), edge.front_sha256)
    learn(capsys, "--images", folders(here / "wrong", nv=photos["vasc"][2:4]))
    wrong = load_head(Path("learned.head"), edge.front_sha256)
    learn(capsys, "--undo")
    learn(capsys, "--undo")
    assert not load_head(Path("learned.head"), edge.front_sha256).equals(wrong)
    shutil.rmtree(here / "wrong")
    for file in here.glob("learned.head*"):
        file.unlink()
    learn(capsys, "--images", images)
    learn(capsys, "--images", folders(here / "wrong", nv=photos["vasc"][2:4]))
    learn(capsys, "--undo", "--images", folders(here / "right", vasc=photos["vasc"][2:4]))
    learn(capsys, "--undo")
    assert load_head(Path("learned.head"), edge.front_sha256).equals(first)


def test_undo_without_anything_learned_is_said(here: Path, capsys) -> None:
    assert "learned.head" in said(capsys, "--undo")
    assert list(here.iterdir()) == []
