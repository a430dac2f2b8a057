"""The section "Why not the other?" of the page Explain."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE, LABELS
from qana.explanation.class_contrast import contrast_classes
from ui.explain.contrast import describe_contrast

PAGE = str(Path(__file__).parents[2] / "pages" / "explain.py")


@pytest.fixture
def page(samples) -> AppTest:
    """A sample is open."""
    st.cache_resource.clear()
    opened = AppTest.from_file(PAGE, default_timeout=240).run()
    opened.button(key=samples[0].image_id).click().run()
    assert not opened.exception
    yield opened
    st.cache_resource.clear()


def test_the_two_likeliest_classes_are_compared_first(page) -> None:
    diagnosis = page.session_state.explained.diagnosis
    (first, _), (second, _) = diagnosis.top[:2]
    assert page.selectbox(key="contrast_first").value == first
    assert page.selectbox(key="contrast_second").value == second
    words = [one.value for one in page.markdown]
    found = contrast_classes(diagnosis, first, second)
    assert describe_contrast(found) in words
    assert f"So {BY_CODE[first].name.lower()} leads" in describe_contrast(found)


def test_any_two_classes_can_be_compared(page) -> None:
    page.selectbox(key="contrast_first").set_value("df")
    page.selectbox(key="contrast_second").set_value("vasc").run()
    assert not page.exception
    captions = [image.proto.imgs[0].caption for image in page.get("image")]
    df, vasc = (BY_CODE[code].name.lower() for code in ("df", "vasc"))
    assert f"Orange areas support {df} more, purple areas support {vasc} more." in captions
    page.selectbox(key="contrast_second").set_value("df").run()
    assert "Choose two different classes." in [one.value for one in page.info]


def test_the_sentence_names_the_class_that_leads(page) -> None:
    diagnosis = page.session_state.explained.diagnosis
    order = sorted(LABELS, key=lambda code: diagnosis.prediction.logits[LABELS.index(code)])
    weak, strong = BY_CODE[order[0]].name.lower(), BY_CODE[order[-1]].name.lower()
    found = contrast_classes(diagnosis, order[0], order[-1])
    assert f"So {strong} leads {weak} by" in describe_contrast(found)
