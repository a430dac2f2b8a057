"""A study's table is whole, says how to make it again, and is not made twice."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from qana.studies.study import STAGES, Study, Variant
from qana.training.recipe import Recipe

pytest.importorskip("tf_keras")

from qana.cli.main import _parse
from qana.studies.catalog import STUDIES
from qana.studies.run_study import COLUMNS, run_study

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
        Variant("as it is", TINY, ("float", "ptq")),
        Variant("four mirror images", TINY, flips=True),
        Variant("balanced", replace(TINY, name="tiny-balanced", balance=1.0)),
    ),
    "For the test.",
)


@pytest.fixture(scope="module")
def made(ham_folder: Path, tmp_path_factory) -> tuple[dict, Path, list[str]]:
    """The document of a second run, for which the runs of the first one are gone."""
    root = tmp_path_factory.mktemp("study")
    run_study(STUDY, ham_folder, root / "runs", root / "models", lambda _: None)
    shutil.rmtree(root / "runs")
    lines: list[str] = []
    document = run_study(STUDY, ham_folder, root / "runs", root / "models", lines.append)
    return document, root, lines


@pytest.mark.slow
def test_the_table_has_a_row_a_stage_and_its_command(made) -> None:
    document, root, _ = made
    assert document == json.loads((root / "models" / "studies" / "tiny.json").read_text())
    assert document["command"] == "python -m qana study tiny --data DIR"
    assert [row[:2] for row in document["rows"]] == [
        ["as it is", "float"],
        ["as it is", "ptq"],
        ["four mirror images", "float"],
        ["balanced", "float"],
    ]
    for row in document["rows"]:
        cells = dict(zip(COLUMNS, row, strict=True))
        assert 0 <= cells["macro F1"] <= 1 and 0 <= cells["recall df"] <= 1
        low, high = (float(end) for end in cells["macro F1, 95 % interval"].split(" to "))
        assert low <= cells["macro F1"] <= high


@pytest.mark.slow
def test_a_second_run_trains_and_measures_nothing(made) -> None:
    document, root, lines = made
    assert lines == [f"tiny: {variant.label}" for variant in STUDY.variants]
    assert document["missing"] == []
    assert not (root / "runs").exists()


@pytest.mark.slow
def test_what_another_study_measured_on_the_same_subset_is_taken_over(
    made, ham_folder: Path
) -> None:
    document, root, _ = made
    other = replace(STUDY, name="other", variants=STUDY.variants[1:])
    runs, lines = root / "others", list[str]()
    found = run_study(other, ham_folder, runs, root / "models", lines.append)
    assert found["rows"] == document["rows"][2:]
    assert not runs.exists()


@pytest.mark.slow
def test_what_another_recipe_measured_is_not_shown(made, ham_folder: Path) -> None:
    _, root, _ = made
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
    assert [row[0] for row in document["rows"]] == ["as it is", "as it is", "four mirror images"]


def test_rows_that_share_a_recipe_share_its_training() -> None:
    """And no two recipes share a name: the folder of a run is named so."""
    recipes = [variant.recipe for study in STUDIES.values() for variant in study.variants]
    for recipe in recipes:
        assert all(other == recipe for other in recipes if other.name == recipe.name)


def test_choices_are_made_on_validation() -> None:
    assert {STUDIES[name].subset for name in ("levers", "bits")} == {"validation"}
    for study in STUDIES.values():
        assert study.subset in ("validation", "test") and study.note
        for variant in study.variants:
            assert set(variant.stages) <= set(STAGES) and variant.stages


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_can_be_asked_for_by_its_command(name: str) -> None:
    assert _parse(["study", name, "--data", "DIR"]).name == name
