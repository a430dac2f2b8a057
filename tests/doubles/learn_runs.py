"""Runs of `qana learn` in an empty folder, and what must be learned."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from qana.classes import LABELS
from qana.cli.main import main
from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head import Head
from qana.edge_learning.teaching_photos import load_teaching_photos
from qana.imaging import read_image

NEW, OLD = "Spitz-Nävus", "mel"


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
