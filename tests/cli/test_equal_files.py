"""Equal files are one photo, but files of a failed download stand for photos that are missing."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from qana.cli.main import main
from qana.edge_learning.teaching_photos import load_teaching_photos

Run = Callable[..., tuple[int, dict, str]]
PAGES = {
    "a page of an error": b"<html><title>429 Too Many Requests</title></html>",
    "a text": b"Not found",
    "the start of a photo": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01",
}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch) -> Run:
    """Runs a command in an empty folder; returns its exit code, its document and its stderr."""
    monkeypatch.chdir(tmp_path)

    def start(*words: object) -> tuple[int, dict, str]:
        code = main([*map(str, words), "--json"])
        printed = capsys.readouterr()
        return code, json.loads(printed.out) if printed.out else {}, printed.err

    return start


def write_set(samples, pages: dict[str, tuple[str, bytes]]) -> None:
    """Writes two photos and some other files, with a table that labels all of them."""
    folder = Path("photos")
    folder.mkdir()
    rows = ["image_id,dx"]
    for sample in samples[:2]:
        shutil.copy(sample.path, folder)
        rows.append(f"{sample.image_id},{sample.label}")
    for name, (label, content) in pages.items():
        (folder / f"{name}.jpg").write_bytes(content)
        rows.append(f"{name},{label}")
    Path("table.csv").write_text("\n".join(rows), encoding="utf-8")


@pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
@pytest.mark.parametrize("labels", [("nv", "nv", "nv"), ("nv", "mel", "nv")])
def test_each_file_of_a_failed_download_is_named(run: Run, samples, page, labels) -> None:
    write_set(samples, {f"lost_{at}": (label, page) for at, label in enumerate(labels)})
    code, document, err = run("evaluate", "--images", "photos", "--labels", "table.csv")
    assert code == 2
    assert {Path(one["path"]).stem for one in document["unreadable"]} == {
        f"lost_{at}" for at in range(len(labels))
    }
    assert (document["n"], document["left_out"]) == (2, {})
    assert "3 of 5 images cannot be read" in err


def test_equal_photos_count_once_as_before(run: Run, samples) -> None:
    photo = samples[2].path.read_bytes()
    write_set(samples, {"one": ("nv", photo), "two": ("nv", photo)})
    code, document, _ = run("evaluate", "--images", "photos", "--labels", "table.csv")
    assert code == 0
    assert (document["n"], document["left_out"]) == (3, {"copy of another photo": 1})


def put(content: bytes, *parts: str) -> None:
    path = Path("classes", *parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_copy_is_learned_once_and_a_contradiction_not_at_all(run: Run) -> None:
    first, second, third = (one.path.read_bytes() for one in load_teaching_photos()[:3])
    put(first, "scar", "a.jpg")
    put(first, "scar", "b.jpg")
    put(second, "scar", "c.jpg")
    put(second, "keloid", "d.jpg")
    put(third, "keloid", "e.jpg")
    code, document, err = run("learn", "--images", "classes")
    assert code == 0
    assert [one["class"] for one in document["lessons"]] == ["keloid", "scar"]
    assert (document["classes"]["keloid"], document["classes"]["scar"]) == (1, 1)
    assert "b.jpg is a copy of " in err
    assert "are one photo in folders of two classes, so it is not learned" in err


def test_each_file_that_cannot_be_learned_is_named(run: Run) -> None:
    put(load_teaching_photos()[0].path.read_bytes(), "scar", "a.jpg")
    for name in ("scar", "keloid"):
        put(PAGES["a page of an error"], name, "lost.jpg")
    code, document, err = run("learn", "--images", "classes")
    assert code == 2
    assert len(document["lessons"]) == 1
    assert err.count("lost.jpg: ") == 2 and "one photo" not in err
