"""The page Facts: its contents, the network that it is about, and people in natural frequencies."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.evaluation.decision_threshold import Outcomes
from qana.inference.manifest import read_manifest
from ui.facts.people_chart import PEOPLE_ACROSS, draw_people

PAGE = str(Path(__file__).parents[2] / "pages" / "facts.py")


@pytest.fixture
def page() -> Iterator[AppTest]:
    opened = AppTest.from_file(PAGE, default_timeout=240).run()
    assert not opened.exception
    yield opened
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    return "\n".join(one.value for kind in (page.markdown, page.warning) for one in kind)


def read_contents(page: AppTest) -> list[tuple[str, str]]:
    found = next(one.value for one in page.markdown if "](#" in one.value)
    return re.findall(r"\[([^\]]+)\]\(#([^)]+)\)", found)


def test_the_table_of_contents_leads_to_every_section(page: AppTest) -> None:
    headings = [(one.value, one.proto.anchor) for one in page.header]
    assert read_contents(page) == headings
    anchors = [anchor for _, anchor in headings]
    assert len(anchors) == len(set(anchors)) > 5
    assert all(re.fullmatch(r"[a-z0-9-]+", anchor) for anchor in anchors)


@pytest.mark.parametrize("name", [entry.name for entry in read_manifest()])
def test_it_follows_the_chosen_network(page: AppTest, name: str) -> None:
    page.session_state.network = name
    page.run()
    assert not page.exception and not page.error
    assert f"about the network {name}" in words(page)
    others = {entry.name for entry in read_manifest()} - {name}
    assert not any(f"about the network {other}," in words(page) for other in others)


def test_people_are_counted_of_ten_thousand(page: AppTest) -> None:
    if not page.select_slider:
        pytest.skip("there is no lesion report on the default model")
    page.select_slider(key="prevalence").set_value(0.01).run()
    (sentence,) = [one.value for one in page.markdown if one.value.startswith("Of 10,000 people")]
    assert "about 100 have one of the three" in sentence
    assert not re.search(r"misses 0\.", sentence)


def test_the_chart_holds_each_person_once() -> None:
    outcomes = Outcomes(found=37, missed=3, alarmed=1260, passed=8700)
    (runs,) = draw_people(outcomes).to_dict()["datasets"].values()
    assert sum(run["to"] - run["from"] for run in runs) == 10_000
    assert max(run["line"] for run in runs) == 10_000 / PEOPLE_ACROSS - 1
    assert all(0 <= run["from"] < run["to"] <= PEOPLE_ACROSS for run in runs)
    missed = [run for run in runs if run["what"] == "needs a look, missed"]
    assert sum(run["to"] - run["from"] for run in missed) == 3
