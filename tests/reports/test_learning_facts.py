"""What page and README say of the model for Akida 1.0 and of its learning is what was measured."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from qana.edge_learning.edge_model import load_edge_model
from qana.evaluation.result_files import read_learning
from qana.inference.manifest import find_entry
from qana.inference.model_store import sha256
from qana.reports.learning_facts import (
    EVERY,
    HEADS,
    learned_from,
    lesson_of_twenty,
    share_of_dense,
    skeptics_at_twenty,
)
from qana.reports.readme import README

PAGE = str(Path(__file__).parents[2] / "pages" / "facts.py")
REMAKE = "run `python -m qana protocol learning --data DIR --phone DIR`"


@pytest.fixture(scope="module")
def report() -> dict:
    found = read_learning()
    assert found is not None, REMAKE
    return found


@pytest.fixture(scope="module")
def page() -> AppTest:
    opened = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not opened.exception
    return opened


def words(page: AppTest) -> str:
    kinds = (page.header, page.subheader, page.markdown, page.caption)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_the_report_is_of_the_deployed_model_and_head(report) -> None:
    entry, edge = find_entry("akd1000"), load_edge_model()
    assert report["sha256"] == entry.sha256 == sha256(entry.path), REMAKE
    assert report["edge"] == edge.record, REMAKE
    assert report["draws"] >= 10


def test_the_dense_head_of_the_report_is_the_one_that_evaluate_measured(report) -> None:
    test = find_entry("akd1000").metrics["lesion-test"]
    dense = report["seven_classes"]["dense"]
    for name in ("accuracy", "balanced_accuracy", "macro_f1"):
        assert dense[name]["mean"] == pytest.approx(test[name], abs=1e-9), REMAKE
    assert report["photos"]["test"] == test["n"]


def test_the_mean_of_the_seven_classes_is_theirs(report) -> None:
    rows = [row for row in learned_from(report) if row["lesions"] == 20]
    for head in (HEADS["edge"], HEADS["nearest_mean"], HEADS["retrained"]):
        mean, *each = (row["recall"] for row in rows if row["head"] == head)
        assert mean == pytest.approx(sum(each) / len(each))
    assert [row["class"] for row in rows].count(EVERY) == 3


def test_page_readme_and_report_agree(page, report) -> None:
    shown, readme = words(page), README.read_text(encoding="utf-8")
    twenty = lesson_of_twenty(report)
    assert f"reaches {share_of_dense(report):.0%} of the dense head's" in shown
    assert f"recall {twenty['recall']:.2f} on unseen lesions" in shown
    assert f"lose {twenty['lost']:.1f} points" in shown
    assert report["command"] in shown
    assert skeptics_at_twenty(report) in shown and skeptics_at_twenty(report) in readme
    assert f"recalled at {twenty['recall']:.2f} on unseen lesions" in readme
    assert f"lose {twenty['lost']:.1f} points" in readme, "run `python -m qana.reports.readme`"


def test_the_two_generations_stand_beside_each_other(page) -> None:
    tables = [t.value for t in page.dataframe if "Passes" in t.value.columns]
    table = next(t for t in tables if "akd1000" in list(t["Model"]))
    assert list(table["Model"]) == ["akida2", "akd1000"]
    readme = README.read_text(encoding="utf-8")
    scores = [find_entry(name).metrics["lesion-test"]["macro_f1"] for name in table["Model"]]
    for shown, score in zip(table["Macro F1"], scores, strict=True):
        assert shown.startswith(f"{score:.3f}")
    lost = f"{100 * (scores[0] - scores[1]):.1f} points of macro F1"
    assert f"**{lost}**" in words(page) and lost in readme


def test_another_class_can_be_looked_at(page) -> None:
    page.selectbox(key="learned_class").set_value("Melanoma").run()
    assert not page.exception
    chart = page.get("arrow_vega_lite_chart") or page.get("vega_lite_chart")
    assert any("lesions: recall" in one.proto.alt for one in chart)
