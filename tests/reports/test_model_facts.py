"""The page Model facts: what it shows is what the report, the manifest and the README say."""

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE
from qana.evaluation.decision_threshold import predictive_values
from qana.evaluation.result_files import ReportError, read_reports, read_studies
from qana.inference.manifest import find_entry, models_folder
from qana.inference.model_store import sha256
from qana.reports.model_facts import HEADLINES, interval
from qana.reports.readme import README

PAGE = str(Path(__file__).parents[2] / "pages" / "facts.py")
SECONDS = 30
REMAKE = "run `python -m qana protocol lesion --data DIR`"


def opened() -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption, page.warning)
    return "\n".join(element.value for kind in kinds for element in kind)


def metric(page: AppTest, label: str) -> str:
    return next(metric.value for metric in page.metric if metric.label == label)


@pytest.fixture(scope="module")
def report() -> dict:
    return read_reports()["lesion"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the models folder without its reports and studies."""
    copy = tmp_path / "models"
    shutil.copytree(
        models_folder(), copy, ignore=shutil.ignore_patterns("*.h5", "protocols", "studies")
    )
    monkeypatch.setenv("QANA_MODELS", str(copy))
    return copy


def put(folder: Path, name: str, document: dict) -> None:
    path = folder / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_what_the_gate_lets_in_is_told_of_phone_photos_too() -> None:
    gate = find_entry("akida2").record["gate"]
    text = words(opened())
    assert f"{gate['lesions']['lesion-test']['pass']:.1%} of the test photos pass its gate" in text
    phone = gate["phone"]
    assert f"Of {phone['n']} plain phone photos of lesions" in text
    assert f"{phone['pass']:.1%} pass." in text


def test_the_report_is_of_the_deployed_model(report) -> None:
    entry = find_entry("akida2")
    assert report["sha256"] == entry.sha256 == sha256(entry.path), REMAKE
    assert report["split"]["sha256"] == entry.record["split"]["sha256"], REMAKE
    assert report["calibration"]["temperature"] == entry.temperature, REMAKE


def test_report_manifest_and_readme_agree(report) -> None:
    metrics = find_entry("akida2").metrics
    for subset, key in (("test", "lesion-test"), ("validation", "validation")):
        for name in (*HEADLINES, "n", "auc", "ece", "confusion", "ci95"):
            assert report[subset][name] == metrics[key][name], f"{subset} {name}: {REMAKE}"
    readme = README.read_text(encoding="utf-8")
    for name in HEADLINES:
        assert f"**{report['test'][name]:.3f}**" in readme, (
            f"{name}: run `python -m qana.reports.readme`"
        )


def test_the_page_shows_the_figures_of_the_report(report) -> None:
    page = opened()
    for score, label in HEADLINES.items():
        assert metric(page, label) == f"{report['test'][score]:.3f}"
    recall = report["test"]["per_class"]["mel"]["recall"]
    assert metric(page, "Melanomas found") == f"{recall:.3f}"
    label = page.html[0].value
    entry = find_entry("akida2")
    assert entry.sha256[:12] in label
    assert f"{entry.parameters:,} parameters" in label
    assert f"{report['test']['n']:,}" in label
    assert interval(recall, report["per_class_ci95"]["mel"]["recall"]) in label
    assert report["command"] in words(page)


def test_the_page_shows_every_class_with_its_intervals(report) -> None:
    table = next(frame.value for frame in opened().dataframe if "Recall" in frame.value)
    assert len(table) == 7
    for label, found in report["test"]["per_class"].items():
        row = table[table["Class"] == f"{BY_CODE[label].name} ({label})"].iloc[0]
        assert row["Photos"] == found["n"]
        spread = report["per_class_ci95"][label]
        for score in ("recall", "precision"):
            assert row[score.title()] == interval(found[score], spread[score])


def test_the_reader_moves_the_prevalence(report) -> None:
    page = opened()
    test = report["malignant"]["test"]
    for prevalence in (0.01, 0.2):
        page.select_slider(key="prevalence").set_value(prevalence).run()
        positive, negative = predictive_values(test["sensitivity"], test["specificity"], prevalence)
        assert metric(page, "A call is right (PPV)") == f"{positive:.1%}"
        assert metric(page, "No call is right (NPV)") == f"{negative:.1%}"
    assert "Of 1,000 people about 200 have one of the three" in words(page)


def test_the_reader_chooses_the_score_of_the_groups() -> None:
    page = opened()
    for score in ("accuracy", "balanced_accuracy", "melanoma_recall"):
        page.segmented_control(key="score").set_value(score).run()
        assert not page.exception
    for group in ("Sex", "Age", "Body site"):
        assert f"**{group}**" in words(page)


def test_the_page_says_what_nobody_measured() -> None:
    shown = words(opened())
    assert "Not a medical device" in shown
    assert "Skin tone: not assessed" in shown
    assert "CC BY-NC 4.0" in shown


def test_every_chart_speaks_to_those_who_cannot_see_it() -> None:
    charts = opened().get("vega_lite_chart") or opened().get("arrow_vega_lite_chart")
    assert len(charts) >= 7
    for chart in charts:
        assert chart.proto.alt


def test_what_is_not_there_is_left_out(folder: Path, report) -> None:
    put(folder, "protocols/lesion", report)
    shown = words(opened())
    for absent in ("Judged in other ways", "published", "What was tried"):
        assert absent not in shown


def test_other_protocols_and_studies_are_drawn_once_they_are_there(folder: Path, report) -> None:
    judged = report["test"]
    overlap = {"test_images": 3286, "own_source": 0.523, "own_source_not_nevi": 0.876}
    put(folder, "protocols/lesion", report)
    put(
        folder,
        "protocols/paper",
        {
            "command": "python -m qana protocol paper --data DIR",
            "overlap": overlap,
            "published": {"accuracy": 0.916, "macro_f1": 0.91},
            "test": judged,
            "same_network_lesion": judged,
        },
    )
    put(
        folder,
        "protocols/clinical",
        {
            "command": "python -m qana protocol clinical --data DIR",
            "photos": 257,
            "patients": 180,
            "zero_shot": judged,
            "fine_tuned": None,
        },
    )
    study = {"study": "bits", "title": "Bits and bytes", "command": "python -m qana study bits"}
    rows = {"columns": ["variant", "accuracy"], "rows": [["4 bits", 0.7], ["2 bits", None]]}
    gaps = {"missing": ["1 bit"], "refused": ["2 bits, akida: Layer x gives other integers."]}
    put(folder, "studies/bits", study | rows | gaps | {"note": "Seed 1."})
    page = opened()
    shown = words(page)
    assert "**52%** of the 3,286 test images" in shown
    assert "published" in shown and "not measured here" in shown
    assert "257 of 180 patients" in shown
    assert "Bits and bytes" in [expander.label for expander in page.expander]
    assert "python -m qana study bits" in shown
    assert "Not measured, or not in every stage, yet: 1 bit." in shown
    assert "2 bits, akida: Layer x gives other integers." in shown


def test_what_was_measured_of_other_weights_is_not_shown(folder: Path, report) -> None:
    put(folder, "protocols/lesion", report)
    clinical = {"photos": 257, "patients": 180, "zero_shot": report["test"], "fine_tuned": None}
    command = {"command": "python -m qana protocol clinical --data DIR", "sha256": "0" * 64}
    put(folder, "protocols/clinical", clinical | command)
    assert "of 180 patients" not in words(opened())


@pytest.mark.parametrize("stale", [False, True])
def test_a_model_without_its_report_says_how_to_make_it(folder: Path, report, stale: bool) -> None:
    if stale:
        put(folder, "protocols/lesion", report | {"sha256": "0" * 64})
    page = opened()
    assert "python -m qana protocol lesion" in page.warning[0].value
    assert not page.metric
    assert "Not a medical device" in words(page)


def test_a_damaged_report_gets_one_sentence(folder: Path) -> None:
    (folder / "protocols").mkdir()
    (folder / "protocols" / "lesion.json").write_text("{", encoding="utf-8")
    with pytest.raises(ReportError, match=r"protocols/lesion\.json .* is damaged"):
        read_reports()
    page = opened()
    assert len(page.error) == 1
    assert read_studies() == []
