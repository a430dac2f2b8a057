"""The PDFs of one diagnosis and of a batch: pages, embedded fonts, texts, and what stays inside."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from pypdf import PageObject, PdfReader

from qana.classes import BY_CODE, LABELS
from qana.imaging import Problem, read_image
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import Diagnosis, diagnose
from qana.inference.probabilities import format_percent
from qana.reports.batch_pdf import draw_batch_pdf
from qana.reports.diagnosis_pdf import draw_diagnosis_pdf
from qana.reports.source_facts import describe_dark_skin, read_valid_report
from qana.screening.photo_answer import PhotoAnswer, answer_photo
from qana.screening.rows import make_lost_row
from tests.reports.test_handout import A4

MADE = datetime(2026, 3, 4, 15, 6, tzinfo=UTC)
OURS = {"Instrument", "Fraunces"}


def read_words(page: PageObject) -> str:
    return " ".join(page.extract_text().split())


def check_page(page: PageObject) -> None:
    """Each font is ours and embedded, and each text is inside the page."""
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=0.1)
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        (inner,) = font["/DescendantFonts"]
        assert "/FontFile2" in inner.get_object()["/FontDescriptor"]
        assert any(name in font["/BaseFont"] for name in OURS)
    placed: list[tuple[float, float]] = []

    def visit(text: str, _user: object, matrix: list[float], _font: object, size: float) -> None:
        if text.strip():
            placed.append((matrix[4], matrix[5]))

    page.extract_text(visitor_text=visit)
    assert placed
    assert all(0 < x < A4[0] and 14 < y < A4[1] for x, y in placed)


@pytest.fixture(scope="module", params=["akida2", "akida2-large", "akd1000"])
def answered(request, samples) -> Diagnosis:
    return diagnose(read_image(samples[0].path), load_classifier(request.param), force=True)


def test_a_diagnosis_is_one_page_with_all_that_the_web_page_states(answered, samples) -> None:
    (page,) = PdfReader(io.BytesIO(draw_diagnosis_pdf(answered, MADE, samples[0]))).pages
    check_page(page)
    words = read_words(page)
    for label, share in zip(LABELS, answered.probabilities, strict=True):
        name, percent = BY_CODE[label].name, format_percent(float(share))
        assert re.search(rf"{name} ?{percent}", words)
    assert f"Needs a professional look: {format_percent(answered.malignant_probability)}" in words
    assert f"{answered.model}, {answered.sha256[:12]}" in words
    assert answered.device in words
    assert "Not a medical device" in words and "Research and teaching only" in words
    assert describe_dark_skin(read_valid_report(answered.classifier.entry)) in words
    assert samples[0].attribution in words
    assert "04 March 2026, 15:06 (UTC+00:00)" in words
    for layer in answered.prediction.layers:
        assert f"{layer.name} {layer.events:,}" in words
    pictures = [np.asarray(picture.image) for picture in page.images]
    photo = [one for one in pictures if one.shape == answered.square.shape]
    assert len(photo) == 2  # the photo, and the map over it
    assert any(np.array_equal(one, answered.square) for one in photo)


def test_problems_and_an_unsure_answer_stay_on_one_page(answered) -> None:
    problems = tuple(Problem(f"{n}", "This photo is blurred: take it again. " * 3) for n in "123")
    unsure = replace(answered.prediction, unsure=True)
    made = draw_diagnosis_pdf(replace(answered, prediction=unsure, problems=problems), MADE)
    (page,) = PdfReader(io.BytesIO(made)).pages
    check_page(page)
    words = read_words(page)
    assert "Not sure" in words and "Looks most like" not in words
    assert words.count("This photo is blurred") == 9


def test_a_photo_that_was_rejected_has_no_report(answered) -> None:
    with pytest.raises(ValueError, match="rejected"):
        draw_diagnosis_pdf(replace(answered, prediction=None), MADE)


@pytest.fixture(scope="module")
def answers(classifier, samples) -> list[PhotoAnswer]:
    return [
        answer_photo(
            f"folder/{one.path.name}", lambda _, one=one: one.path.read_bytes(), classifier
        )
        for one in samples[:3]
    ]


def make_many(answers: list[PhotoAnswer], count: int) -> Iterator[PhotoAnswer]:
    yield from answers
    names = ("a" * 200, "写真.jpg", "é\n.jpg", "folder/" * 30 + "x.jpg", "👍.png")
    for number in range(count):
        path = f"{number} {names[number % len(names)]}"
        reason = "This file cannot be read as a photo: save it as JPEG and try again."
        yield PhotoAnswer(make_lost_row(path, reason, "akida2", "0" * 64, "simulator"))


@pytest.mark.parametrize(("count", "pages"), [(0, 2), (40, 2), (497, 12)])
def test_a_batch_has_a_summary_and_one_line_for_each_photo(
    answers, classifier, count: int, pages: int
) -> None:
    many = list(make_many(answers, count))
    found = PdfReader(io.BytesIO(draw_batch_pdf(many, classifier.entry, MADE))).pages
    assert len(found) == pages
    words = [read_words(page) for page in found]
    for number, (page, text) in enumerate(zip(found, words, strict=True), start=1):
        check_page(page)
        assert "Not a medical device" in text and "esearch and teaching only" in text
        assert f"{number} of {pages}" in text
    assert f"{len(many)} photos" in words[0]
    assert f"{count} rejected" in words[0]
    assert sum(picture.image.size == (96, 96) for picture in found[0].images) == 3
    for answer in answers:
        assert answer.row.path in " ".join(words[1:])
    assert sum(text.count("rejected: This file") for text in words[1:]) == count


def test_a_batch_without_an_answer_has_a_summary(classifier) -> None:
    found = PdfReader(io.BytesIO(draw_batch_pdf([], classifier.entry, MADE))).pages
    assert len(found) == 1
    assert "0 photos" in read_words(found[0])
