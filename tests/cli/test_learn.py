"""`python -m qana learn` as a person or a program uses it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qana.classes import LABELS
from qana.cli.main import main
from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.head import Head
from qana.edge_learning.head_files import BACKUP_SUFFIX, load_head
from qana.edge_learning.teaching_photos import load_teaching_photos
from qana.imaging import read_image

NEW, OLD = "Spitz-Nävus", "mel"


@pytest.fixture(scope="module")
def edge() -> EdgeModel:
    return load_edge_model()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def photos() -> dict[str, list[Path]]:
    """Paths by label."""
    return {
        label: [one.path for one in load_teaching_photos() if one.label == label]
        for label in LABELS
    }


def folders(root: Path, **photos: list[Path]) -> Path:
    """A folder per class with copies of photos."""
    for name, paths in photos.items():
        (root / name).mkdir(parents=True)
        for path in paths:
            shutil.copy(path, root / name)
    return root


@pytest.fixture
def images(here: Path, photos: dict[str, list[Path]]) -> Path:
    """Two photos of a new class and one of an old class."""
    return folders(here / "images", **{NEW: photos["vasc"][:2], OLD: photos["mel"][:1]})


def learn(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """Runs with --json; what it prints must be one document."""
    code = main(["learn", "--json", *(str(argument) for argument in arguments)])
    out, err = capsys.readouterr()
    document = json.loads(out) if out else None
    return {"code": code, "err": err, "document": document}


def expected(edge: EdgeModel, head: Head | None, *lessons: tuple[str, list[Path]]) -> Head:
    """What a learner learns from the same photos."""
    learner = EdgeLearner(edge)
    if head:
        learner.replace_head(head)
    for name, paths in lessons:
        if name not in learner.head.classes:
            learner.add_class(name)
        for path in sorted(paths):
            learner.learn(read_image(path), name)
    return learner.head


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line on stderr of a run that ends with exit code 2 and nothing on stdout."""
    assert main(["learn", *(str(argument) for argument in arguments)]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def test_a_folder_per_class_is_taught_and_the_head_saved(
    edge: EdgeModel, images: Path, photos, capsys
) -> None:
    ran = learn(capsys, "--images", images, "--head", "my.head")
    assert ran["code"] == 0
    document = ran["document"]
    assert document["model"] == "akd1000"
    assert document["backend"] in ("chip", "simulator")
    assert [lesson["class"] for lesson in document["lessons"]] == [NEW, NEW, OLD]
    assert document["lessons"][0]["before"] in LABELS  # what it had no word for before
    assert document["lessons"][0]["after"] == NEW
    assert all(lesson["learn_ms"] > 0 for lesson in document["lessons"])
    assert document["lessons"][0]["swapped"] > 0
    saved = load_head(Path("my.head"), edge.front_sha256)
    assert saved.equals(expected(edge, None, (NEW, photos["vasc"][:2]), (OLD, photos["mel"][:1])))
    assert document["classes"] == dict(zip(saved.classes, saved.photo_counts, strict=True))
    assert document["classes"][NEW] == 2
    assert document["tested"] == {}


def test_the_second_run_goes_on_where_the_first_ended(
    edge: EdgeModel, images: Path, here: Path, photos, capsys
) -> None:
    learn(capsys, "--images", images)
    first = load_head(Path("learned.head"), edge.front_sha256)
    more = folders(here / "more", **{NEW: photos["vasc"][2:4]})
    document = learn(capsys, "--images", more)["document"]
    assert document["classes"][NEW] == 4
    second = load_head(Path("learned.head"), edge.front_sha256)
    assert second.equals(expected(edge, first, (NEW, photos["vasc"][2:4])))


def test_test_prints_what_is_recognized_and_saves_nothing(
    edge: EdgeModel, images: Path, here: Path, photos, capsys
) -> None:
    test = folders(here / "test", **{NEW: photos["vasc"][:6], "nv": photos["nv"][:3]})
    learn(capsys, "--images", images)
    kept = Path("learned.head").read_bytes()
    document = learn(capsys, "--test", test)["document"]
    learner = EdgeLearner(edge)
    learner.replace_head(load_head(Path("learned.head"), edge.front_sha256))
    right = {
        name: sum(learner.recognize(read_image(path)).name == name for path in paths)
        for name, paths in ((NEW, photos["vasc"][:6]), ("nv", photos["nv"][:3]))
    }
    assert document["tested"] == {
        NEW: {"n": 6, "recognized": right[NEW]},
        "nv": {"n": 3, "recognized": right["nv"]},
    }
    assert right[NEW] >= 1  # those it was taught are among them
    assert document["lessons"] == []
    assert Path("learned.head").read_bytes() == kept
    assert main(["learn", "--test", str(test)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"{NEW}: {right[NEW]} of 6 recognized" in lines
    assert f"nv: {right['nv']} of 3 recognized" in lines


def test_one_run_can_teach_and_then_test(images: Path, here: Path, photos, capsys) -> None:
    test = folders(here / "test", **{NEW: photos["vasc"][:1]})
    document = learn(capsys, "--images", images, "--test", test)["document"]
    assert len(document["lessons"]) == 3
    assert document["tested"][NEW]["n"] == 1


def test_a_test_that_cannot_be_done_does_not_cost_what_was_learned(
    edge: EdgeModel, images: Path, here: Path, photos, capsys
) -> None:
    test = folders(here / "test", never_taught=photos["nv"][:1])
    sentence = said(capsys, "--images", images, "--test", test)
    assert "has no class 'never_taught'" in sentence
    assert NEW in load_head(Path("learned.head"), edge.front_sha256).classes


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


def test_blanks_around_the_name_of_a_folder_do_not_count(here: Path, photos, capsys) -> None:
    folder = folders(here / "images", **{"scar ": photos["vasc"][:1], "mel ": photos["mel"][:1]})
    ran = learn(capsys, "--images", folder, "--test", folder)
    assert ran["code"] == 0, ran["err"]
    assert list(ran["document"]["classes"]) == [*LABELS, "scar"]
    assert set(ran["document"]["tested"]) == {"mel", "scar"}


def test_photos_of_any_shape_are_learned(here: Path, capsys) -> None:
    folder = here / "images" / "any"
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for name, shape in (("grey", (150, 200)), ("tall", (400, 130, 3)), ("clear", (130, 130, 4))):
        Image.fromarray(random.integers(0, 256, shape, np.uint8)).save(folder / f"{name}.png")
    ran = learn(capsys, "--images", here / "images")
    assert ran["code"] == 0, ran["err"]
    assert len(ran["document"]["lessons"]) == 3


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


def test_a_person_is_told_in_one_line(images: Path, capsys) -> None:
    assert main(["learn", "--images", str(images)]) == 0
    out, err = capsys.readouterr()
    assert not err
    assert out.startswith("3 photos learned on the ")
    assert out.endswith("saved as learned.head\n")
    assert main(["learn", "--images", str(images)]) == 0
    capsys.readouterr()
    assert main(["learn", "--undo"]) == 0
    assert "learned.head" in capsys.readouterr().out


def test_as_a_program_without_tensorflow_and_without_a_photo_on_disk(
    images: Path, here: Path
) -> None:
    (here / "temporary").mkdir()
    code = (
        "import sys; from qana.cli.main import main\n"
        "done = main(sys.argv[1:]); heavy = {'tensorflow', 'torch', 'tf_keras', 'keras'}\n"
        "print(sorted(heavy & {*sys.modules}), file=sys.stderr); sys.exit(done)"
    )
    root = str(Path(__file__).parents[2])
    python_path = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), root)))
    environment = {"PYTHONPATH": python_path, "TMPDIR": str(here / "temporary"), "HOME": str(here)}
    command = [sys.executable, "-c", code, "learn", "--images", "images", "--json"]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | environment
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == "[]\n"
    assert len(json.loads(ran.stdout)["lessons"]) == 3
    left = {path.relative_to(here) for path in here.rglob("*") if path.is_file()}
    given = {path.relative_to(here) for path in images.rglob("*") if path.is_file()}
    assert {path.name for path in left - given} <= {"learned.head", f"learned.head{BACKUP_SUFFIX}"}
