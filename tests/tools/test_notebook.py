"""Runs the notebook for lecturers from start to end in a copy of the project."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from qana.inference.classifier import AkidaClassifier

ROOT = Path(__file__).parents[2]
NOTEBOOK = Path("notebooks/pixels_to_spikes.ipynb")
FOLDERS = "qana", "models", "assets"
"""Folders that the notebook needs."""
TIMEOUT = 600
"""Seconds for one cell."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies the files that a clone would have."""
    folder = tmp_path_factory.mktemp("project")
    listed = subprocess.run(
        ["git", "ls-files", *FOLDERS], cwd=ROOT, capture_output=True, check=True
    )
    for name in (*listed.stdout.decode().splitlines(), str(NOTEBOOK)):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, str]:
    """Runs the notebook and returns the output of each cell by its tag.

    A cell that raises or leaves a file fails the test.
    """
    before = _list_files(folder)
    notebook: Any = nbformat.read(folder / NOTEBOOK, as_version=4)
    resources = {"metadata": {"path": str((folder / NOTEBOOK).parent)}}
    NotebookClient(notebook, timeout=TIMEOUT, kernel_name="python3", resources=resources).execute()
    assert _list_files(folder) == before
    return {
        cell.metadata.tags[0]: "".join(
            output.text for output in cell.outputs if output.get("name") == "stdout"
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


def _list_files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


@pytest.mark.slow
def test_chapters_print_their_numbers(printed: dict[str, str], classifier: AkidaClassifier) -> None:
    entry = classifier.entry
    passes = entry.record["conversion"]["passes"]
    assert f"of {entry.macs:,} MACs" in printed["chapter-1"]
    gates = dict(re.findall(r"^(\w+): (\d+ of \d+) layers arrive", printed["chapter-2"], re.M))
    arrived = {case: [int(n) for n in found.split(" of ")] for case, found in gates.items()}
    assert arrived["attention_published"][0] < arrived["attention_published"][1]
    assert arrived["attention_spiking"][0] == arrived["attention_spiking"][1]
    assert "equal but for rounding: True" in printed["chapter-3"]
    bounded, unbounded = re.findall(r"([\d.]+) with", printed["chapter-3"])[-2:]
    assert float(bounded) < float(unbounded)
    right = dict(re.findall(r"^(float|\d bits): (\d+) of 63 right", printed["chapter-4"], re.M))
    assert list(right) == ["float", "8 bits", "4 bits", "2 bits"]
    assert int(right["2 bits"]) < int(right["8 bits"])
    tuned = entry.metrics["stages"]["tuned"]["accuracy"]
    assert f"tuned, of all test photos: {tuned:.1%} right" in printed["chapter-4"]
    differing = re.search(r"^(\d+) of [\d,]+ integers differ", printed["chapter-5"], re.M)
    assert differing and int(differing[1]) < 100
    assert "same class: True" in printed["chapter-5"]
    assert re.search(r"^[\d,]{7,} events; \d\d\.\d% .*silent", printed["chapter-6"], re.M)
    assert f"akida2 on 12 nodes: passes: {passes['TwelveNodesIPv2']}," in printed["chapter-7"]
    assert f"akida2 on 6 nodes: passes: {passes['SixNodesIPv2']}," in printed["chapter-7"]
    assert "akida2 on AKD1000: does not map" in printed["chapter-7"]
    assert "akd1000 on AKD1000: passes: " in printed["chapter-7"]
    assert "5 questions" in printed["chapter-8"]
    assert len(re.findall(r"^\d\. ", printed["answers"], re.M)) == 5


def test_notebook_has_no_outputs_and_no_absolute_paths() -> None:
    notebook: Any = nbformat.read(ROOT / NOTEBOOK, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)
    tags = [tag for cell in cells for tag in cell.metadata.tags]
    assert [tag for tag in tags if tag.startswith("chapter")] == [
        f"chapter-{number}" for number in range(1, 9)
    ]
    text = (ROOT / NOTEBOOK).read_text(encoding="utf-8")
    assert not re.search(r"/home/|/root/|/work/|/Users/|/tmp/|[A-Z]:\\\\", text)
