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
from qana.imaging import Problem
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import scan
from qana.inference.probabilities import percent
from qana.reports.diagnosis_report import scan_report

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


@pytest.fixture(scope="module", params=["akida2", "akd1000"])
def answered(request, samples):
    classifier = load_classifier(request.param)
    return scan(samples[0].path, classifier, insist=True), classifier


@pytest.fixture(scope="module")
def page(answered) -> str:
    result, classifier = answered
    return scan_report(result, result.prediction, classifier, MADE, "nv").decode()


def test_it_says_what_the_app_says(page: str, answered) -> None:
    result, classifier = answered
    words = Reader(page).words
    for code, share in result.prediction.top:
        assert f"{BY_CODE[code].name} {percent(share)}" in words
    assert (
        f"Needs a professional look: {percent(result.prediction.needs_look_probability)}" in words
    )
    assert f"{result.prediction.events:,} events" in words
    assert classifier.entry.sha256[:12] in words
    assert classifier.device in words
    assert "Not a medical device" in words
    assert "04 March 2026, 15:06 (UTC+00:00)" in words
    assert f"records {BY_CODE['nv'].name.lower()}" in words
    for layer in result.prediction.layers:
        assert f"{layer.name} {layer.events:,}" in words


def test_the_photo_is_inside_as_the_network_saw_it(page: str, answered) -> None:
    result, _ = answered
    pictures = [one["src"] for tag, one in Reader(page).tags if tag == "img"]
    assert len(pictures) == 2  # the photo, and the map over it
    inside = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(one.split(",")[1])))) for one in pictures
    ]
    assert inside[0].shape == result.shown.shape
    assert np.abs(inside[0].astype(int) - result.shown).mean() < 3
    assert np.abs(inside[1].astype(int) - result.shown).mean() > 10


def test_it_asks_nothing_of_the_network_and_runs_nothing(page: str) -> None:
    tags = Reader(page).tags
    assert not {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in tags}
    assert not re.search(r"https?:", page)
    assert all(one["src"].startswith("data:image/jpeg") for tag, one in tags if tag == "img")
    assert all(one.get("alt") for tag, one in tags if tag == "img")


def test_what_is_unsure_is_not_named(answered) -> None:
    result, classifier = answered
    unsure = replace(result.prediction, unsure=True)
    words = Reader(scan_report(result, unsure, classifier, MADE).decode()).words
    assert "Not sure" in words
    assert "Looks most like" not in words


def test_problems_stand_in_it_and_markup_does_not(answered) -> None:
    result, classifier = answered
    spoilt = replace(result, problems=(Problem("blur", "It is <b>blurred</b> & dark."),))
    page = scan_report(spoilt, result.prediction, classifier, MADE).decode()
    assert "It is <b>blurred</b> & dark." in Reader(page).words
    assert "<b>blurred" not in page
