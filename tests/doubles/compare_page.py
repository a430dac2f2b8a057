"""The page Compare, its words and its buttons."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

PAGE = str(Path(__file__).parents[2] / "pages" / "compare.py")
SECONDS = 240


@pytest.fixture
def page() -> Iterator[AppTest]:
    st.cache_resource.clear()
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not opened.exception
    yield opened
    if "bench" in opened.session_state:
        for job in opened.session_state.bench.values():
            job.stop()
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    kinds = (page.header, page.markdown, page.caption, page.error, page.warning, page.info)
    return "\n".join(element.value for kind in kinds for element in kind)


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
