"""Every page lets a phone put the app on its home screen, also a page that ends early."""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ui.entry import SCRIPTS

ROOT = Path(__file__).parents[2]
PAGES = ("scan", "batch", "explain", "compare", "convert", "learn", "facts")


def count_scripts(app: AppTest) -> int:
    return sum(SCRIPTS[0] in element.proto.body for element in app.get("html"))


def fail() -> None:
    raise RuntimeError("a fault of the page")


def stop_in_columns() -> None:
    with st.columns(2)[0], st.container():
        st.stop()


@pytest.mark.parametrize("end", [st.stop, fail, stop_in_columns])
def test_a_page_that_ends_early_has_the_manifest(end: Callable[[], None], monkeypatch) -> None:
    monkeypatch.setattr("ui.entry.ensure_app_started", end)  # each page calls it first
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=240).run()
    assert not app.title
    assert bool(app.exception) == (end is fail)
    assert count_scripts(app) == 1


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_opened_by_its_own_address_has_the_manifest(name: str, monkeypatch) -> None:
    """Streamlit's test runner has no navigation: the page is its default one here."""
    source = (ROOT / "streamlit_app.py").read_text(encoding="utf-8")
    source = source.replace(", default=True", "")
    source = source.replace(f'"pages/{name}.py",', f'"pages/{name}.py", default=True,')
    source = source.replace('"pages/', f'"{ROOT}/pages/').replace('"assets/', f'"{ROOT}/assets/')
    monkeypatch.setattr("ui.entry.ensure_app_started", st.stop)
    app = AppTest.from_string(source, default_timeout=240).run()
    assert not app.exception
    assert not app.title
    assert count_scripts(app) == 1
