"""Charts name the classes, so that nobody has to learn their codes."""

import json

import pytest

from qana.classes import CLASSES, LABELS
from qana.evaluation.scores import DecisionScores
from qana.protocols.protocol_reports import read_reports
from qana.reports.model_facts import list_class_scores, list_confusion, list_roc_points
from ui.chart_axes import make_tick_axis
from ui.charts import describe_confusion, draw_confusion, draw_intervals, draw_roc

NAMES = {lesion.name for lesion in CLASSES}


@pytest.fixture(scope="module")
def report():
    found = read_reports().lesion
    if found is None:
        pytest.skip("the lesions are not measured with these weights yet")
    return found


def collect_texts(chart) -> set[str]:
    """Every value of a chart's rows that is a text."""
    rows = json.dumps(chart.to_dict())
    return {text for text in rows.split('"') if text in {*LABELS, *NAMES}}


def test_a_confusion_matrix_names_the_classes_in_their_order(report) -> None:
    cells = list_confusion(report.test)
    assert isinstance(report.test, DecisionScores)
    assert [cell["true"] for cell in cells[:: len(CLASSES)]] == [one.name for one in CLASSES]
    assert sum(cell["photos"] for cell in cells) == report.test.n
    texts = collect_texts(draw_confusion(cells))
    assert texts >= NAMES and not texts & set(LABELS)


def test_a_confusion_matrix_is_described_without_its_empty_cells() -> None:
    cells = [
        {"true": "Mole", "called": "Mole", "photos": 7},
        {"true": "Mole", "called": "Melanoma", "photos": 0},
        {"true": "Melanoma", "called": "Mole", "photos": 2},
    ]
    assert (
        describe_confusion(cells) == "Photos by class: 7 Mole called Mole, 2 Melanoma called Mole"
    )


def test_no_chart_of_a_class_uses_its_code(report) -> None:
    rows = list_class_scores(report)
    assert {row["set"] for row in rows} == NAMES
    assert not collect_texts(draw_intervals(rows)) & set(LABELS)
    assert not collect_texts(draw_roc(list_roc_points(report))) & set(LABELS)


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1.0), (0.6, 1.0), (0.6, 0.9), (0.6, 0.8), (0.7, 0.8), (0.1, 0.7)]
)
def test_no_two_ticks_of_an_axis_have_one_label(low: float, high: float) -> None:
    axis = make_tick_axis(low, high).to_dict()
    digits = int(axis["format"][1])
    labels = [f"{value:.{digits}f}" for value in axis["values"]]
    assert len(labels) == len(set(labels)) >= 3
    assert all(float(label) == value for label, value in zip(labels, axis["values"], strict=True))
    assert axis["values"][0] == low and axis["values"][-1] == high
