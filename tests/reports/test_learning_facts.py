"""Page and docs/results.md agree with the measurements of akd1000 and of its learning."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from qana.edge_learning.edge_model import load_edge_model
from qana.inference.manifest import find_entry
from qana.inference.model_store import hash_file
from qana.reports.learning_facts import (
    EVERY,
    HEADS,
    average_twenty_lesions,
    compare_with_dense,
    describe_baselines,
    list_left_out_scores,
)
from qana.reports.learning_report import LearningReport, read_learning
from qana.reports.readme import RESULTS

PAGE = str(Path(__file__).parents[2] / "pages" / "facts.py")
REMAKE = "run `python -m qana protocol learning --data DIR --phone DIR`"


@pytest.fixture(scope="module")
def report() -> LearningReport:
    found = read_learning()
    assert found is not None, REMAKE
    return found


@pytest.fixture(scope="module")
def page() -> AppTest:
    opened = AppTest.from_file(PAGE, default_timeout=240).run()
    assert not opened.exception
    return opened


def words(page: AppTest) -> str:
    kinds = (page.header, page.subheader, page.markdown, page.caption)
    return "\n".join(element.value for kind in kinds for element in kind)


def join_lines(file: Path) -> str:
    return " ".join(file.read_text(encoding="utf-8").split())


def test_the_report_is_of_the_deployed_model_and_head(report) -> None:
    entry, edge = find_entry("akd1000"), load_edge_model()
    assert report.sha256 == entry.sha256 == hash_file(entry.path), REMAKE
    assert report.edge == edge.record, REMAKE
    assert report.draws >= 10


def test_the_dense_head_of_the_report_is_the_one_that_evaluate_measured(report) -> None:
    test = find_entry("akd1000").metrics["lesion-test"]
    dense = report.seven_classes["dense"]
    for name in ("accuracy", "balanced_accuracy", "macro_f1"):
        assert getattr(dense, name).mean == pytest.approx(test[name], abs=1e-9), REMAKE
    assert report.photos["test"] == test["n"]


def test_the_mean_of_the_seven_classes_is_theirs(report) -> None:
    rows = [row for row in list_left_out_scores(report) if row["lesions"] == 20]
    for head in (HEADS["edge"], HEADS["nearest_mean"], HEADS["retrained"]):
        mean, *each = (row["recall"] for row in rows if row["head"] == head)
        assert mean == pytest.approx(sum(each) / len(each))
    assert [row["class"] for row in rows].count(EVERY) == 3


def test_page_results_and_report_agree(page, report) -> None:
    shown, results = words(page), join_lines(RESULTS)
    twenty = average_twenty_lesions(report)
    assert f"reaches {compare_with_dense(report):.0%} of the dense head's" in shown
    assert f"recall {twenty.recall:.2f} on test lesions" in shown
    assert f"lose {twenty.lost:.1f} points" in shown
    assert report.command in shown
    assert describe_baselines(report) in shown and describe_baselines(report) in results
    assert f"recalls {twenty.recall:.2f} of its test" in results
    assert f"lose {twenty.lost:.1f} points" in results, "run `python -m qana.reports.readme`"


def test_the_two_generations_stand_beside_each_other(page) -> None:
    tables = [t.value for t in page.dataframe if "Passes" in t.value.columns]
    table = next(t for t in tables if "akd1000" in list(t["Model"]))
    assert list(table["Model"]) == ["akida2", "akd1000"]
    results = join_lines(RESULTS)
    scores = [find_entry(name).metrics["lesion-test"]["macro_f1"] for name in table["Model"]]
    for shown, score in zip(table["Macro F1"], scores, strict=True):
        assert shown.startswith(f"{score:.3f}")
    lost = f"{100 * (scores[0] - scores[1]):.1f} points of macro F1"
    assert f"**{lost}**" in words(page) and lost in results


def test_another_class_can_be_looked_at(page) -> None:
    page.selectbox(key="learned_class").set_value("Melanoma").run()
    assert not page.exception
    chart = page.get("arrow_vega_lite_chart") or page.get("vega_lite_chart")
    assert any("lesions: recall" in one.proto.alt for one in chart)
