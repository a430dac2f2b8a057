"""`python -m qana learn` as a person or a program uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from qana.classes import LABELS
from qana.cli.main import main
from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head_files import BACKUP_SUFFIX, load_head
from qana.imaging import read_image
from tests.doubles.edge_doubles import edge
from tests.doubles.learn_runs import NEW, OLD, expected, folders, here, images, learn, photos

__all__ = ["edge", "here", "images", "photos"]


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
