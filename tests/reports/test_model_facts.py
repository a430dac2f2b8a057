"""The page Facts agrees with the report, the manifest and docs/results.md."""

from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE
from qana.evaluation.decision_threshold import compute_predictive_values
from qana.evaluation.report_files import to_document
from qana.inference.manifest import find_entry
from qana.inference.model_store import hash_file
from qana.protocols.protocol_reports import read_sources_report
from qana.reports.model_facts import HEADLINES, format_with_interval
from qana.reports.readme import README, RESULTS
from qana.reports.source_facts import count_dark_skin, format_estimate, list_tone_groups
from tests.doubles.facts_page import REMAKE, opened, report, words

__all__ = ["report"]


def metric(page: AppTest, label: str) -> str:
    return next(metric.value for metric in page.metric if metric.label == label)


def test_the_page_gives_the_pass_rate_of_phone_photos() -> None:
    gate = find_entry("akida2").record["gate"]
    text = words(opened())
    assert f"{gate['lesions']['lesion-test']['pass']:.1%} of the test photos pass its gate" in text
    if phone := gate.get("phone"):
        assert f"Of {phone['n']} plain phone photos of lesions" in text
        assert f"{phone['pass']:.1%} pass." in text


def test_the_report_is_of_the_deployed_model(report) -> None:
    entry = find_entry("akida2")
    assert report.sha256 == entry.sha256 == hash_file(entry.path), REMAKE
    assert report.split.sha256 == entry.record["split"]["sha256"], REMAKE
    assert report.calibration.temperature == entry.temperature, REMAKE


def test_report_manifest_and_readme_agree(report) -> None:
    metrics = find_entry("akida2").metrics
    assert to_document(report.test) == metrics["lesion-test"], REMAKE
    assert to_document(report.validation) == metrics["validation"], REMAKE
    readme, results = (path.read_text(encoding="utf-8") for path in (README, RESULTS))
    for name in HEADLINES:
        score = f"{getattr(report.test, name):.3f}"
        assert f"**{score}**" in results, "run `python -m qana.reports.readme`"
        assert f"| {score} |" in readme, "run `python -m qana.reports.readme`"


def test_the_page_shows_the_figures_of_the_report(report) -> None:
    page = opened()
    for score, label in HEADLINES.items():
        assert metric(page, label) == f"{getattr(report.test, score):.3f}"
    recall = report.test.per_class["mel"].recall
    assert metric(page, "Melanomas found") == f"{recall:.3f}"
    label = page.html[0].value
    entry = find_entry("akida2")
    assert entry.sha256[:12] in label
    assert f"{entry.parameters:,} parameters" in label
    assert f"{report.test.n:,}" in label
    assert format_with_interval(recall, report.per_class_ci95["mel"].recall) in label
    assert report.command in words(page)


def test_the_page_shows_every_class_with_its_intervals(report) -> None:
    table = next(frame.value for frame in opened().dataframe if "Recall" in frame.value)
    assert len(table) == 7
    for label, found in report.test.per_class.items():
        row = table[table["Class"] == f"{BY_CODE[label].name} ({label})"].iloc[0]
        assert row["Photos"] == found.n
        spread = report.per_class_ci95[label]
        for score in ("recall", "precision"):
            assert row[score.title()] == format_with_interval(
                getattr(found, score), getattr(spread, score)
            )


def test_the_reader_moves_the_prevalence(report) -> None:
    page = opened()
    test = report.malignant.test
    for prevalence in (0.01, 0.2):
        page.select_slider(key="prevalence").set_value(prevalence).run()
        positive, negative = compute_predictive_values(
            test.sensitivity, test.specificity, prevalence
        )
        assert metric(page, "A call is right (PPV)") == f"{positive:.1%}"
        assert metric(page, "No call is right (NPV)") == f"{negative:.1%}"
    assert "Of 10,000 people about 2,000 have one of the three" in words(page)


def test_the_reader_chooses_the_score_of_the_groups() -> None:
    page = opened()
    for score in ("accuracy", "balanced_accuracy", "melanoma_recall"):
        page.segmented_control(key="score").set_value(score).run()
        assert not page.exception
    for group in ("Sex", "Age", "Body site"):
        assert f"**{group}**" in words(page)


def test_the_page_says_what_nobody_measured() -> None:
    page = opened()
    shown = words(page)
    assert "Not a medical device" in shown
    assert "not assessed" not in shown + page.html[0].value
    assert "CC BY-NC 4.0" in shown


def test_the_page_shows_other_sources_and_skin_tones() -> None:
    sources = read_sources_report(find_entry("akida2"))
    assert sources is not None, "run `python -m qana protocol sources --data DIR`"
    page = opened()
    tables = [frame.value for frame in page.dataframe]
    scores = next(table for table in tables if "Needs a look, AUC" in table and "Source" in table)
    assert len(scores) == len(sources.sources)
    for row, result in zip(scores.to_dict("records"), sources.sources, strict=True):
        assert row["Photos"] == result.scores.accuracy.photos
        assert row["Accuracy"] == format_estimate(result.scores.accuracy)
        assert row["Needs a look, AUC"] == format_estimate(result.scores.auc)
    tones = [table for table in tables if "Skin tone" in table]
    assert sum(map(len, tones)) == len(list_tone_groups(sources))
    dark, known = count_dark_skin(sources)
    shown = words(page)
    for text in (shown, page.html[0].value):
        assert f"Only {dark} of the {known} test lesions" in text
    assert sources.command in shown


def test_every_chart_speaks_to_those_who_cannot_see_it() -> None:
    charts = opened().get("vega_lite_chart") or opened().get("arrow_vega_lite_chart")
    assert len(charts) >= 7
    for chart in charts:
        assert chart.proto.alt
