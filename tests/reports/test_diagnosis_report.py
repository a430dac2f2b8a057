"""The report of a scan, read as its visitor's browser would."""

import base64
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from qana.classes import BY_CODE
from qana.data.source_names import TITLES
from qana.explanation.similar_cases import find_similar
from qana.imaging import Problem, read_image
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import diagnose
from qana.inference.probabilities import format_percent
from qana.protocols.protocol_reports import read_sources_report
from qana.reports.diagnosis_report import write_diagnosis_report
from qana.reports.source_facts import describe_dark_skin

MADE = datetime(2026, 3, 4, 15, 6, tzinfo=UTC)


class Reader(HTMLParser):
    """Words, and tags with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.tags = "", []
        self.feed(page)
        self.words = " ".join(self.words.split())

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] and self.tags[-1][0] != "style":
            self.words += f" {data}"

    def handle_starttag(self, tag: str, attrs) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module", params=["akida2", "akida2-large", "akd1000"])
def answered(request, samples):
    return diagnose(read_image(samples[0].path), load_classifier(request.param), force=True)


@pytest.fixture(scope="module")
def page(answered, samples) -> str:
    return write_diagnosis_report(answered, MADE, samples[0]).decode()


def test_it_says_what_the_app_says(page: str, answered, samples) -> None:
    words = Reader(page).words
    for code, share in answered.top:
        assert f"{BY_CODE[code].name} {format_percent(share)}" in words
    look = format_percent(answered.malignant_probability)
    assert f"Needs a professional look: {look}" in words
    assert f"{answered.events:,} events" in words
    assert f"{answered.model}, {answered.sha256[:12]}" in words
    assert answered.device in words
    assert "Not a medical device" in words
    assert describe_dark_skin(read_sources_report(answered.classifier.entry)) in words
    assert "04 March 2026, 15:06 (UTC+00:00)" in words
    assert f"records {BY_CODE[samples[0].label].name.lower()}" in words
    assert samples[0].attribution in words
    for layer in answered.prediction.layers:
        assert f"{layer.name} {layer.events:,}" in words


def test_the_photo_is_inside_as_the_network_saw_it(page: str, answered) -> None:
    pictures = [one["src"] for tag, one in Reader(page).tags if tag == "img"]
    cases = [] if answered.classifier.entry.cases is None else find_similar(answered)
    assert len(pictures) == 2 + len(cases)  # the photo, the map over it, and similar cases
    inside = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(one.split(",")[1]))))
        for one in pictures[:2]
    ]
    assert inside[0].shape == answered.square.shape
    assert np.abs(inside[0].astype(int) - answered.square).mean() < 3
    assert np.abs(inside[1].astype(int) - answered.square).mean() > 10


def test_the_similar_cases_stand_in_it(page: str, answered) -> None:
    words = Reader(page).words
    if answered.classifier.entry.cases is None:
        assert "Similar training lesions" not in words
        return
    pictures = [one["src"] for tag, one in Reader(page).tags if tag == "img"]
    for case, picture in zip(find_similar(answered), pictures[2:], strict=True):
        assert base64.b64decode(picture.split(",")[1]) == case.file
        assert f"{BY_CODE[case.label].name} {TITLES[case.source]}, {case.image_type}" in words
        assert f"distance {case.distance:.3f}" in words
        assert case.attribution in words


def test_it_asks_nothing_of_the_network_and_runs_nothing(page: str) -> None:
    tags = Reader(page).tags
    assert not {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in tags}
    assert not re.search(r"https?:", page)
    assert all(one["src"].startswith("data:image/") for tag, one in tags if tag == "img")
    assert all(one.get("alt") for tag, one in tags if tag == "img")


def test_an_answer_that_is_unsure_is_not_named(answered) -> None:
    unsure = replace(answered, prediction=replace(answered.prediction, unsure=True))
    words = Reader(write_diagnosis_report(unsure, MADE).decode()).words
    assert "Not sure" in words
    assert "Looks most like" not in words


def test_problems_stand_in_it_and_markup_does_not(answered) -> None:
    spoilt = replace(answered, problems=(Problem("blur", "It is <b>blurred</b> & dark."),))
    page = write_diagnosis_report(spoilt, MADE).decode()
    assert "It is <b>blurred</b> & dark." in Reader(page).words
    assert "<b>blurred" not in page


def test_a_photo_that_was_turned_away_has_no_report(answered) -> None:
    with pytest.raises(ValueError, match="rejected"):
        write_diagnosis_report(replace(answered, prediction=None), MADE)
