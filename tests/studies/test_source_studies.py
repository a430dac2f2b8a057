"""The studies on all sources: their tables, and the rule for the strength of the penalty."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from qana.classes import LABELS
from qana.data.photo import CLOSE_UP, SMARTPHONE, Photo
from qana.studies.study import CLASS_TABLE, EVENT_TABLE, SOURCE_TABLE, Study, Variant
from qana.training.recipe import Recipe

pytest.importorskip("tf_keras")
import akida

from qana.evaluation.report_files import StudyTable
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.manifest import DEFAULT_MODEL, find_entry
from qana.network.builders import build_network
from qana.network.macs import count_macs
from qana.studies import measure_variant, source_table
from qana.studies.class_table import COLUMNS
from qana.studies.event_table import LARGEST_LOSS, SparsityPoint, choose_strength, describe_choice
from qana.studies.measure_events import measure_events
from qana.studies.run_study import run_study
from qana.studies.source_studies import OTHER_SOURCES, SOURCE_LEVERS, SPARSE, SPARSITY
from qana.studies.source_table import build_source_row, measure_sources

TINY = Recipe(
    "tiny-sources",
    architecture="akidanet",
    options={"width": 0.125},
    transfer=False,
    input_size=32,
    frame_height=36,
    batch=8,
    epochs=1,
    warmup_epochs=0,
    calibration_photos=16,
    sources=("ham10000",),
)
RunTiny = Callable[[Study], StudyTable]


@pytest.fixture
def photos(samples, tmp_path: Path) -> list[Photo]:
    """One photo of each class in three sources, and one of another diagnosis. Half have a mask."""
    mask = cv2.circle(np.zeros((225, 300), np.uint8), (150, 112), 60, 255, -1)
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    found = []
    for source, image_type in (
        ("ham10000", "dermoscopic"),
        ("bcn20000", "dermoscopic"),
        ("milk10k", CLOSE_UP),
        ("pad_ufes_20", SMARTPHONE),
    ):
        for number, sample in enumerate(samples[::3]):
            name = f"{source}-{number}"
            label = None if (source, number) == ("milk10k", 0) else sample.label
            path = tmp_path / "mask.png" if source == "ham10000" else None
            one = Photo(name, name, label, "", None, "", "", sample.path, path, source, image_type)
            found.append(one)
    return found


@pytest.fixture
def run_tiny(ham_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunTiny:
    """Runs a study on a folder with HAM10000 alone."""
    monkeypatch.setattr(measure_variant, "SOURCES", ("ham10000",))
    return lambda study: run_study(
        study, ham_folder, tmp_path / "runs", tmp_path / "models", lambda _line: None
    )


def test_cell_of_a_source_has_its_three_scores(photos) -> None:
    logits = np.eye(len(LABELS))[[LABELS.index(photo.label or "nv") for photo in photos]] * 9
    wrong = [number for number, photo in enumerate(photos) if photo.source == "bcn20000"]
    logits[wrong] = np.eye(len(LABELS))[LABELS.index("vasc")] * 9
    found = measure_sources(photos, logits)
    row = build_source_row("all", "float", found | {"macs": 51_571_392})
    cells = dict(zip(source_table.COLUMNS, row, strict=True))
    assert cells["HAM10000, dermoscopic"] == cells["PAD-UFES-20, smartphone"]
    assert cells["HAM10000, dermoscopic"] == cells["MILK10k, close-up"] == "1.00 / 1.00 / 1.00"
    assert cells["BCN20000, dermoscopic"] == "0.14 / 0.00 / 0.50"
    assert cells["ISIC 2017, dermoscopic"] is None
    assert cells["criterion without BCN20000"] == 1.0 > cells["criterion"]
    assert found["sources"]["milk10k close-up"]["photos"] == len(samples_of(photos, "milk10k"))
    assert cells["MACs (million)"] == 51.6


def samples_of(photos: list[Photo], source: str) -> list[Photo]:
    return [photo for photo in photos if photo.source == source]


def test_failed_conversions_leave_their_cells_empty() -> None:
    row = build_source_row("one", "akida", {"failed": "why", "macs": 1})
    assert len(row) == len(source_table.COLUMNS) and set(row[1:-1]) == {None}


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(0, 0.70, 740), (1, 0.695, 500), (2, 0.69, 400), (4, 0.68, 300)], 2),
        ([(0, 0.70, 740), (1, 0.71, 500), (2, 0.6899, 400)], 1),
        ([(0, 0.70, 740), (1, 0.68, 500), (2, 0.695, 600)], 2),
        ([(0, 0.70, 740), (1, 0.60, 500)], 0),
        ([(4, 0.72, 300), (0, 0.70, 740)], 4),
    ],
)
def test_rule_takes_the_fewest_events_for_one_point_of_f1(points, expected: float) -> None:
    assert choose_strength([SparsityPoint(*one) for one in points]).strength == expected
    measured = [
        {"strength": s, "events": events, "sources": {"ham10000 dermoscopic": {"macro_f1": f1}}}
        for s, f1, events in points
    ]
    assert f"strength {expected}" in describe_choice([{"failed": "why"}, *measured])
    assert LARGEST_LOSS == 0.01


def test_rule_needs_the_network_without_a_penalty() -> None:
    with pytest.raises(ValueError, match="strength 0"):
        choose_strength([SparsityPoint(1, 0.7, 500)])
    assert describe_choice([{"failed": "why"}]) == ""


def test_events_are_those_of_the_deployed_classifier(photos, classifier: AkidaClassifier) -> None:
    found = measure_events(akida.Model(str(find_entry(DEFAULT_MODEL).path)), photos)
    own = samples_of(photos, "ham10000")
    events = [classifier.classify(read_image(photo.path)).events for photo in own]
    assert found["events"] == np.median(events)
    assert found["plain_skin"] and 0.3 < found["plain_skin"] < 1.3
    without = [replace(photo, mask=None) for photo in own[:1]]
    assert measure_events(akida.Model(str(find_entry(DEFAULT_MODEL).path)), without) == {
        "events": events[0],
        "plain_skin": None,
    }


@pytest.mark.slow
def test_a_recipe_with_sources_is_measured_on_all_of_them(run_tiny: RunTiny) -> None:
    study = Study("tiny", "Tiny", "validation", (Variant("alone", TINY),), "Read it.", SOURCE_TABLE)
    table = run_tiny(study)
    assert table.columns == list(source_table.COLUMNS) and table.missing == []
    cells = dict(zip(table.columns, table.rows[0], strict=True))
    assert cells["variant"] == "alone" and cells["HAM10000, dermoscopic"].count(" / ") == 2
    assert 0 < cells["criterion"] == cells["criterion without BCN20000"] < 1
    assert run_tiny(study) == table


@pytest.mark.slow
def test_events_of_each_strength_are_counted_and_the_rule_is_applied(run_tiny: RunTiny) -> None:
    variant = Variant("0", TINY, ("ptq",))
    table = run_tiny(Study("tiny", "Tiny", "validation", (variant,), "Read it.", EVENT_TABLE))
    label, criterion, macro_f1, events, skin, stage = table.rows[0]
    assert (label, skin, stage) == ("0", None, "ptq")
    assert 0 < criterion < 1 and 0 <= macro_f1 <= 1
    assert events > 0 and isinstance(events, int)
    assert table.note == "Read it. The rule chooses the strength 0."


def test_the_kind_of_table_suits_the_recipes() -> None:
    def make(recipe: Recipe, table: str, *stages: str) -> Study:
        return Study("one", "One", "validation", (Variant("a", recipe, stages),), "Note.", table)

    for recipe, table in (
        (TINY, CLASS_TABLE),
        (replace(TINY, sources=None), SOURCE_TABLE),
        (replace(TINY, sources=None), EVENT_TABLE),
    ):
        with pytest.raises(ValueError, match="sources"):
            make(recipe, table, "ptq")
    with pytest.raises(ValueError, match="quantized stage"):
        make(TINY, EVENT_TABLE, "float", "ptq")
    assert set(COLUMNS) != set(source_table.COLUMNS)


def test_source_study_has_a_row_for_each_lever() -> None:
    recipes = {variant.recipe.name: variant.recipe for variant in SOURCE_LEVERS.variants}
    start = recipes["sources-start"]
    assert {one.group_balance for one in recipes.values()} == {0.0, 0.5, 1.0}
    assert recipes["sources-ham10000"].sources == ("ham10000",)
    assert "bcn20000" not in OTHER_SOURCES == recipes["sources-no-bcn20000"].sources
    for name, field in (
        ("reduced", "reduced"),
        ("surrounded", "surrounded"),
        ("squamous", "taught"),
    ):
        one = recipes[f"sources-{name}"]
        assert getattr(start, field) is None and getattr(one, field)
        assert replace(one, name=start.name, **{field: None}) == start
    assert count_macs(build_network("qana", input_size=recipes["sources-160"].input_size)) > 55e6


def test_sparsity_study_changes_the_strength_alone() -> None:
    recipes = [variant.recipe for variant in SPARSITY.variants]
    assert len(recipes) >= 6 and recipes[0].activation_penalty is None
    for variant in SPARSITY.variants:
        recipe = variant.recipe
        assert recipe.imitates_parent and recipe.plain_skin and variant.stages == ("ptq",)
        assert float(variant.label) == (recipe.activation_penalty or 0)
        assert replace(recipe, name=SPARSE.name, activation_penalty=None) == SPARSE
