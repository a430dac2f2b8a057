"""The exported lesson: plain files, complete, small, and without the vendor's code."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from qana.cli.main import main
from qana.data.balanced_subset import load_balanced_subset
from qana.data.samples import load_all_samples, load_samples
from qana.data.source_names import ATTRIBUTIONS
from qana.inference.classifier import AkidaClassifier
from qana.inference.manifest import AKIDA1, ModelEntry, read_manifest
from qana.reports.lesson.bundle import BundleError, bundle_modules
from qana.walkthrough.stored_results import StaleResultsError, StoredResults
from tests.doubles.stored_doubles import make_stored_results

MOST_BYTES = 15_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lesson") / "new" / "folder"
    assert main(["export-lesson", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def data(folder: Path) -> dict:
    text = (folder / "data.js").read_text()
    return json.loads(text.removeprefix("window.QANA_LESSON = "))


def test_the_lesson_is_a_few_small_files_of_our_own(folder: Path) -> None:
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    assert files == ["SOURCES.txt", "data.js", "index.html", "lesson.css", "lesson.js"]
    assert sum(path.stat().st_size for path in folder.iterdir()) < MOST_BYTES
    page = (folder / "index.html").read_text()
    assert "This is a replay, without Akida" in page
    for name in ("index.html", "lesson.js", "lesson.css"):
        text = (folder / name).read_text()
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in text


def test_every_photo_has_its_source_and_licence(folder: Path, data: dict) -> None:
    sources = (folder / "SOURCES.txt").read_text()
    page = (folder / "index.html").read_text()
    for sample, photo in zip(load_all_samples(), data["photos"], strict=False):
        assert sample.image_id in photo["about"] and sample.attribution in photo["about"]
        assert f"{photo['name']}: {photo['about']}" in sources
        assert ATTRIBUTIONS[sample.source] in page
    assert len(data["photos"]) == len(load_all_samples()) + 2


def test_the_recorded_answers_are_the_engines(data: dict, classifier: AkidaClassifier) -> None:
    side = classifier.input_size
    chosen = [*data["photos"][: len(load_samples()) : 7], *data["photos"][-2:]]
    for photo in chosen:
        pixels = np.frombuffer(base64.b64decode(photo["pixels"]), np.uint8)
        prediction = classifier.classify_input(pixels.reshape(side, side, 3))
        np.testing.assert_array_equal(np.float32(photo["engine"]["logits"]), prediction.logits)
        assert photo["engine"]["events"] == prediction.events


def refuse(entry: ModelEntry) -> StoredResults:
    raise StaleResultsError("of other weights")


@pytest.mark.parametrize("fresh", [True, False])
def test_stored_results_become_chapters(
    tmp_path: Path, monkeypatch, capsys, classifier: AkidaClassifier, fresh: bool
) -> None:
    stored = make_stored_results(classifier.entry)
    found = (lambda entry: stored) if fresh else refuse
    monkeypatch.setattr("qana.reports.lesson.stored_chapters.read_stored_results", found)
    assert main(["export-lesson", str(tmp_path), "--json"]) == 0
    streams = capsys.readouterr()
    assert json.loads(streams.out)["complete"] == fresh
    assert ("qana walkthrough" in streams.err) != fresh
    page = (tmp_path / "index.html").read_text()
    data = (tmp_path / "data.js").read_text()
    assert ("Why conversion breaks things" in page) == fresh
    assert ('"key":"converter"' in data) == fresh
    assert '"key":"skin"' in data
    if fresh:
        assert "<pre>The end is ignored.</pre>" in page
        _photos, labels = load_balanced_subset()
        for answers in stored.answers.values():
            assert f"<td>{int((answers.logits.argmax(axis=1) == labels).sum())}</td>" in page


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys) -> None:
    assert main(["export-lesson", str(tmp_path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["bytes"] == sum(path.stat().st_size for path in tmp_path.iterdir())
    assert len(document["files"]) == 5
    assert main(["export-lesson", str(tmp_path / "index.html")]) == 2


def test_a_network_for_akida_1_is_refused(tmp_path: Path, capsys) -> None:
    name = next(entry.name for entry in read_manifest() if entry.target == AKIDA1)
    assert main(["export-lesson", str(tmp_path), "--model", name]) == 2
    assert "choose a network for Akida 2.0" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


MODULES = {
    "a.js": """import { two as three, four } from "./b.js"
export function run() {
  return three + four
}
window.found = run()
""",
    "b.js": """import { one } from "./c.js"
export const two = one + 1
export const [four, five] = [4, 5]
""",
    "c.js": "export const one = 1\n",
}


def test_modules_are_joined_in_the_order_of_their_imports() -> None:
    script = bundle_modules(MODULES, "a.js", TEXT="</script>")
    assert script.index('modules["c.js"]') < script.index('modules["b.js"]')
    assert script.index('modules["b.js"]') < script.index('modules["a.js"]')
    assert 'const { two: three, four } = modules["b.js"]' in script
    assert "return { two, four, five }" in script
    assert "import" not in script and "export" not in script and "</script>" not in script


@pytest.mark.parametrize(
    "line",
    [
        "export default 1",
        'import all from "./c.js"',
        'import { one } from "./missing.js"',
        'import { run } from "./a.js"',
        "export { one }",
    ],
)
def test_an_unknown_form_is_refused(line: str) -> None:
    with pytest.raises(BundleError):
        bundle_modules(MODULES | {"b.js": f"{line}\n{MODULES['b.js']}"}, "a.js")
