"""The web page of a report, printed by a real browser, is one sheet of A4."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from qana.imaging import Problem, read_image
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import diagnose
from qana.reports.diagnosis_report import write_diagnosis_report
from tests.doubles.real_browser import CHROMIUM, FLAGS, pytestmark

__all__ = ["pytestmark"]

MADE = datetime(2026, 3, 4, 15, 6, tzinfo=UTC)


@pytest.mark.parametrize("problems", [0, 2])
def test_a_report_prints_on_one_sheet(samples, tmp_path: Path, problems: int) -> None:
    found = (Problem(f"{n}", "This photo is blurred: take it again. " * 3) for n in range(problems))
    problem = tuple(found)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for model in ("akida2", "akida2-large", "akd1000"):
            diagnosis = diagnose(read_image(samples[0].path), load_classifier(model), force=True)
            report = write_diagnosis_report(replace(diagnosis, problems=problem), MADE, samples[0])
            (tmp_path / "report.html").write_bytes(report)
            page = browser.new_page()
            page.goto((tmp_path / "report.html").as_uri())
            printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
            assert len(printed.pages) == 1, model
            assert float(printed.pages[0].mediabox.width) == pytest.approx(595, abs=2)
            assert "head_features_conv" in printed.pages[0].extract_text() or model == "akd1000"
        browser.close()
