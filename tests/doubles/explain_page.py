"""The page Explain with an open sample, and a process that answers nothing."""

from pathlib import Path
from typing import ClassVar

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.jobs.background_worker import BackgroundWorker, Job
from qana.jobs.messages import Request

PAGE = str(Path(__file__).parents[2] / "pages" / "explain.py")
SECONDS = 240


class Quiet(BackgroundWorker):
    """Takes requests and answers none: the process itself has a test of its own."""

    asked: ClassVar[list[str]] = []

    def submit(self, function: str, **arguments: object) -> Job:
        self.asked.append(function)
        return Job(Request(1, "none:none"))


@pytest.fixture
def page(samples, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A sample is open."""
    st.cache_resource.clear()
    monkeypatch.setattr("ui.shared_models.BackgroundWorker", Quiet)
    monkeypatch.setattr(Quiet, "asked", [])
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not opened.exception
    opened.button(key=samples[0].image_id).click().run()
    assert not opened.exception
    yield opened
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption)
    notes = (page.error, page.warning, page.info)
    return "\n".join(element.value for kind in (*kinds, *notes) for element in kind)


def pictures(page: AppTest) -> list[str]:
    return [image.proto.imgs[0].caption for image in page.get("image")]
