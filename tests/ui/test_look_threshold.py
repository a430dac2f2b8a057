"""The slider of "needs a look" on Explain, and the decision curves on Facts."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.evaluation.decision_counts import DecisionCounts, count_decisions
from qana.evaluation.estimates import Answers, score_answers
from qana.evaluation.source_table import Estimate
from qana.imaging import read_image
from qana.inference.diagnosis import diagnose
from qana.inference.probabilities import format_percent
from qana.protocols.sources_report import SourceResult
from ui.answered_photo import AnsweredPhoto
from ui.facts.decision_curve import describe_decision_curve
from ui.look_threshold import describe_visit

PAGES = Path(__file__).parents[2] / "pages"
NOTHING = Estimate(None, 0, 0, None)


def make_row(counts: DecisionCounts | None) -> SourceResult:
    answers = Answers(np.array([4, 5]), np.eye(7)[[4, 5]], np.array(["a", "b"]))
    scores = score_answers(answers, intervals=False)
    return SourceResult("ham10000", "dermoscopic", scores, NOTHING, NOTHING, counts)


@pytest.fixture
def counts() -> DecisionCounts:
    random = np.random.default_rng(3)
    positive = random.random(500) < 0.2
    made = count_decisions(positive, np.clip(0.25 * positive + random.random(500) * 0.6, 0, 1))
    assert made is not None
    return made


@pytest.fixture
def explain(samples, counts, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    report = SimpleNamespace(sources=[make_row(counts), make_row(None)], command="the command")
    monkeypatch.setattr("ui.look_threshold.read_valid_report", lambda entry: report)
    monkeypatch.setattr("ui.look_threshold.find_deployed_threshold", lambda entry: 0.3)
    st.cache_resource.clear()
    opened = AppTest.from_file(str(PAGES / "explain.py"), default_timeout=240).run()
    opened.button(key=samples[0].image_id).click().run()
    assert not opened.exception
    yield opened
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    return "\n".join(one.value for kind in (page.markdown, page.caption) for one in kind)


def test_the_slider_starts_at_the_deployed_threshold_and_moves_the_counts(explain, counts) -> None:
    assert "The diamond marks the deployed threshold, 30%." in words(explain)
    key = "look_akida2_ham10000_dermoscopic"
    assert explain.slider(key=key).value == 30
    assert f"calls **{counts.found[30]:,}** and misses" in words(explain)
    explain.slider(key=key).set_value(90).run()
    assert f"calls **{counts.found[90]:,}** and misses" in words(explain)
    assert "the command" in words(explain)


def test_the_photo_of_the_visit_is_called_at_zero_and_not_at_100(explain) -> None:
    key = "look_akida2_ham10000_dermoscopic"
    explain.slider(key=key).set_value(0).run()
    assert "Of 1 photo of this visit it calls **1**." in words(explain)
    explain.slider(key=key).set_value(100).run()
    assert "Of 1 photo of this visit it calls **0**." in words(explain)


def test_each_photo_of_the_visit_is_named(samples, classifier) -> None:
    photos = [
        AnsweredPhoto(diagnose(read_image(one.path), classifier, force=True), one)
        for one in samples[:3]
    ]
    look = [one.prediction.malignant_probability for one in photos]
    threshold = float(np.median(look))
    said = describe_visit(photos, threshold)
    assert said.startswith(
        f"Of 3 photos of this visit it calls **{sum(p >= threshold for p in look)}**"
    )
    assert all(format_percent(share) in said for share in look)
    assert said.count("recorded as") == 3


def test_without_a_measurement_the_page_names_the_command(samples, monkeypatch) -> None:
    monkeypatch.setattr("ui.look_threshold.read_valid_report", lambda entry: None)
    st.cache_resource.clear()
    opened = AppTest.from_file(str(PAGES / "explain.py"), default_timeout=240).run()
    opened.button(key=samples[0].image_id).click().run()
    assert "protocol sources --data DIR --model akida2" in words(opened)
    st.cache_resource.clear()


def test_a_decision_curve_names_where_the_network_helps(counts) -> None:
    assert describe_decision_curve(counts).startswith("The network is better than a look at every")
    useless = DecisionCounts(10, 90, [10] * 101, [90] * 101)
    assert describe_decision_curve(useless).startswith("At no threshold is the network better")


def test_facts_shows_the_decision_curve(counts, monkeypatch) -> None:
    report = SimpleNamespace(sources=[make_row(counts)], command="the command")
    monkeypatch.setattr("ui.look_threshold.read_valid_report", lambda entry: report)
    st.cache_resource.clear()
    opened = AppTest.from_file(str(PAGES / "facts.py"), default_timeout=240).run()
    assert not opened.exception
    if "Where a decision helps" in [one.value for one in opened.header]:
        assert describe_decision_curve(counts) in words(opened)
    st.cache_resource.clear()
