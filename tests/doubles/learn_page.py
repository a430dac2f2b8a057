"""The page Learn, its words, its buttons and its visitor's session."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ui.learn.session import LearnSession

PAGE = str(Path(__file__).parents[2] / "pages" / "learn.py")
SECONDS = 240


@pytest.fixture(scope="module", autouse=True)
def own_engines() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def page() -> AppTest:
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not opened.exception
    return opened


def session(page: AppTest) -> LearnSession:
    return page.session_state.learn_session


def words(page: AppTest) -> str:
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption, page.error)
    return "\n".join(element.value for kind in kinds for element in kind)


def press(page: AppTest, label: str) -> None:
    next(b for b in page.button if re.fullmatch(label, b.label)).click().run()
    assert not page.exception


def choose_class(page: AppTest, name: str) -> None:
    page.pills[0].set_value(name).run()
    assert not page.exception
