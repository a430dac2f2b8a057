"""A study's table is complete and names its command, and no variant is measured twice."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from qana.studies.study import STAGES, Study, Variant
from qana.training.recipe import Recipe

pytest.importorskip("tf_keras")

from qana.cli.main import _parse
from qana.evaluation.report_files import StudyTable, to_document
from qana.studies.catalog import STUDIES
from qana.studies.class_table import COLUMNS
from qana.studies.run_study import run_study

TINY = Recipe(
    "tiny",
    architecture="akidanet",
    options={"width": 0.125},
    transfer=False,
    input_size=32,
    frame_height=36,
    batch=8,
    epochs=1,
    warmup_epochs=0,
    calibration_photos=16,
)
STUDY = Study(
    "tiny",
    "Two tiny networks",
    "validation",
    (
        Variant("unchanged", TINY, ("float", "ptq")),
        Variant("four mirror images", TINY, flips=True),
        Variant("balanced", replace(TINY, name="tiny-balanced", balance=1.0)),
    ),
    "For the test.",
)


@pytest.fixture(scope="module")
def finished(ham_folder: Path, tmp_path_factory) -> tuple[StudyTable, Path, list[str]]:
    """The table of a second run, after the run folders of the first one were removed."""
    root = tmp_path_factory.mktemp("study")
    run_study(STUDY, ham_folder, root / "runs", root / "models", lambda _: None)
    shutil.rmtree(root / "runs")
    lines: list[str] = []
    table = run_study(STUDY, ham_folder, root / "runs", root / "models", lines.append)
    return table, root, lines


@pytest.mark.slow
def test_table_has_one_row_per_stage_and_its_command(finished) -> None:
    table, root, _ = finished
    stored = json.loads((root / "models" / "studies" / "tiny.json").read_text())
    assert to_document(table) == stored
    assert table.command == "python -m qana study tiny --data DIR"
    assert [row[:2] for row in table.rows] == [
        ["unchanged", "float"],
        ["unchanged", "ptq"],
        ["four mirror images", "float"],
        ["balanced", "float"],
    ]
    for row in table.rows:
        cells = dict(zip(COLUMNS, row, strict=True))
        assert 0 <= cells["macro F1"] <= 1 and 0 <= cells["recall df"] <= 1
        low, high = (float(end) for end in cells["macro F1, 95 % interval"].split(" to "))
        assert low <= cells["macro F1"] <= high


@pytest.mark.slow
def test_second_run_trains_and_measures_nothing(finished) -> None:
    table, root, lines = finished
    assert lines == [f"tiny: {variant.label}" for variant in STUDY.variants]
    assert table.missing == []
    assert not (root / "runs").exists()


@pytest.mark.slow
def test_figures_of_another_study_on_the_same_subset_are_reused(finished, ham_folder: Path) -> None:
    table, root, _ = finished
    other = replace(STUDY, name="other", variants=STUDY.variants[1:])
    runs, lines = root / "others", list[str]()
    found = run_study(other, ham_folder, runs, root / "models", lines.append)
    assert found.rows == table.rows[2:]
    assert not runs.exists()


@pytest.mark.slow
def test_figures_of_another_recipe_are_not_used(finished, ham_folder: Path) -> None:
    _, root, _ = finished
    longer = replace(TINY, name="tiny-balanced", balance=0.5)
    other = replace(STUDY, variants=(*STUDY.variants[:2], Variant("half balanced", longer)))

    def stopped(line: str) -> None:
        if "half balanced" in line:
            raise KeyboardInterrupt

    out = shutil.copytree(root / "models", root / "stopped")
    with pytest.raises(KeyboardInterrupt):
        run_study(other, ham_folder, root / "runs2", out, stopped)
    document = json.loads((out / "studies" / "tiny.json").read_text())
    assert document["missing"] == ["half balanced"]
    assert [row[0] for row in document["rows"]] == ["unchanged", "unchanged", "four mirror images"]


def test_recipes_with_one_name_are_equal() -> None:
    """The name of a recipe is the name of its run folder."""
    recipes = [variant.recipe for study in STUDIES.values() for variant in study.variants]
    for recipe in recipes:
        assert all(other == recipe for other in recipes if other.name == recipe.name)


def test_studies_for_choices_use_validation() -> None:
    assert {STUDIES[name].subset for name in ("levers", "bits")} == {"validation"}
    for study in STUDIES.values():
        assert study.subset in ("validation", "test") and study.note
        for variant in study.variants:
            assert set(variant.stages) <= set(STAGES) and variant.stages


@pytest.mark.parametrize("name", STUDIES)
def test_command_accepts_every_study(name: str) -> None:
    assert _parse(["study", name, "--data", "DIR"]).name == name
