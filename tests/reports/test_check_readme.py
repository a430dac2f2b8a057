"""`qana reproduce`: which figures of README.md are computed, recorded or neither."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from qana.cli.main import main
from qana.evaluation.source_table import Estimate
from qana.imaging import read_image
from qana.inference.manifest import find_entry, read_manifest
from qana.protocols.protocol_reports import read_sources_report
from qana.reports.check_readme import Measured, check_readme, measure_models
from qana.reports.checked_figure import CheckedFigure, Status
from qana.reports.readme import README

TEXT = README.read_text(encoding="utf-8")
FIGURE = re.compile(r"(?<![\w./])0\.\d{2,}\b|\b\d[\d,]* (?:GB|test photos)")
"""Scores, sizes and numbers of test photos in the text of README.md."""
NO_RESULTS = {"1 GB"}
"""What a hosting service offers."""


@pytest.fixture(scope="module")
def figures() -> list[CheckedFigure]:
    return check_readme(TEXT, Measured())


def test_no_figure_differs(figures) -> None:
    wrong = [figure for figure in figures if figure.status == Status.DIFFERENT]
    assert not wrong, "run `python -m qana reproduce`"


def test_each_figure_of_the_readme_is_in_the_list(figures) -> None:
    """A new score, size or number of photos needs a check in qana/reports/check_readme.py."""
    prose = " ".join(re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL).split())
    stated = {figure.stated for figure in figures}
    missing = [one for one in FIGURE.findall(prose) if one.split(" ")[0] not in stated]
    missing = [one for one in missing if one not in NO_RESULTS]
    assert missing == []
    rows = [
        cell.strip()
        for row in TEXT.splitlines()
        if row.startswith("| **")
        for cell in row.split("|")[2:-2]
    ]
    table = [cell for cell in rows if re.search(r"\d", cell) and not cell.startswith("**")]
    assert set(table) <= stated


def test_sizes_bits_and_parameters_are_computed_without_photos(figures) -> None:
    computed = {figure.name for figure in figures if figure.status == Status.COMPUTED}
    for entry in read_manifest():
        for column in ("Chip", "Bits (weights / activations)", "Parameters", "File size"):
            assert f"{entry.name}, {column}" in computed
    assert "akida2, MACs" in computed


def test_what_cannot_be_computed_here_says_what_it_needs(figures) -> None:
    rest = [figure for figure in figures if figure.status != Status.COMPUTED]
    assert rest
    assert all(figure.reason for figure in rest)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("| 404,391 |", "| 404,392 |", "akida2, Parameters"),
        ("8 / 8", "4 / 8", "akida2, Bits (weights / activations)"),
        ("and 9 GB", "and 8 GB", None),
    ],
)
def test_a_changed_figure_is_found(old: str, new: str, name: str | None) -> None:
    entry = find_entry("akida2")
    old = old.replace("404,391", f"{entry.parameters:,}")
    changed = check_readme(TEXT.replace(old, new, 1), Measured())
    wrong = [figure.name for figure in changed if figure.status == Status.DIFFERENT]
    assert wrong == ([name] if name else [])


def test_scores_on_photos_are_computed_and_compared() -> None:
    entry = find_entry("akida2")
    report = read_sources_report(entry)
    assert report is not None
    results = {(one.source, one.image_type): one for one in report.sources}
    figures = {f.name: f for f in check_readme(TEXT, Measured({"akida2": results}))}
    assert figures["akida2, Accuracy"].status == Status.COMPUTED
    assert figures["akida2-large, Accuracy"].status == Status.RECORDED
    computed = [f for f in figures.values() if "mean recall" in f.name]
    assert computed
    assert {f.status for f in computed} == {Status.COMPUTED}
    one = results["ham10000", "dermoscopic"]
    lower = replace(one, scores=replace(one.scores, accuracy=_lower(one.scores.accuracy)))
    other = Measured({"akida2": results | {("ham10000", "dermoscopic"): lower}})
    wrong = [f for f in check_readme(TEXT, other) if f.status == Status.DIFFERENT]
    assert [f.name for f in wrong] == ["akida2, Accuracy"]


def _lower(estimate: Estimate) -> Estimate:
    return replace(estimate, value=estimate.value - 0.01)


def test_the_command_prints_each_figure_and_its_status(capsys, monkeypatch, tmp_path: Path) -> None:
    assert main(["reproduce"]) == 0
    printed = capsys.readouterr().out
    assert "computed   akida2, Parameters" in printed
    assert printed.splitlines()[-1].endswith("0 different.")
    changed = tmp_path / "README.md"
    changed.write_text(re.sub(r"\b530 kB|\b\d{3} kB", "1 kB", TEXT, count=1), encoding="utf-8")
    monkeypatch.setattr("qana.reports.readme.README", changed)
    assert main(["reproduce", "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert [f["name"] for f in document["figures"] if f["status"] == "different"] == [
        "akida2, File size"
    ]


def test_photos_of_test_lesions_are_classified(
    samples, classifier, tmp_path: Path, monkeypatch
) -> None:
    """The samples alone: 21 test lesions have other scores than all of them, which is found."""
    folder = tmp_path / "HAM10000_images_part_1"
    folder.mkdir()
    rows = ["lesion_id,image_id,dx,dx_type,age,sex,localization"]
    for number, sample in enumerate(samples):
        shutil.copy(sample.path, folder)
        rows.append(f"L{number},{sample.image_id},{sample.label},histo,50,male,back")
    (tmp_path / "HAM10000_metadata.csv").write_text("\n".join(rows))
    # A data set without training and validation photos is refused.
    monkeypatch.setattr("qana.reports.check_readme.split_sources", lambda photos: {"test": photos})
    measured = measure_models(tmp_path, lambda _line: None)
    found = measured.find("akida2", ("ham10000", "dermoscopic"))
    assert found is not None
    right = [classifier.classify(read_image(one.path)).top[0][0] == one.label for one in samples]
    assert found.scores.accuracy.value == pytest.approx(sum(right) / len(right))
    wrong = [f for f in check_readme(TEXT, measured) if f.status == Status.DIFFERENT]
    assert "akida2, Accuracy" in {figure.name for figure in wrong}
