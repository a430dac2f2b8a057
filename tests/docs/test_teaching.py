"""The lecturer's guide: each address opens its state, and the file has the described columns."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.walkthrough.quiz_result import COLUMNS
from tests.doubles.stored_doubles import keep_stored_results, make_stored_results

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
ADDRESSES = sorted(set(re.findall(r"`/convert\?([^`]+)`", GUIDE)))


@pytest.fixture(autouse=True)
def stored(classifier, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    st.cache_resource.clear()
    keep_stored_results(monkeypatch, make_stored_results(classifier.entry))
    yield
    st.cache_resource.clear()


def find_options(page: AppTest, parameter: str) -> list[str]:
    """Options of the widget that is bound to a parameter of the address."""
    for kind in ("button_group", "select_slider", "selectbox", "pills", "segmented_control"):
        for element in page.get(kind):
            if getattr(element.proto, "query_param_key", "") == parameter:
                return [getattr(one, "content", one) for one in element.proto.options]
    return []


def test_the_guide_names_addresses() -> None:
    assert len(ADDRESSES) > 10


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_of_the_guide_opens_its_state(address: str) -> None:
    page = AppTest.from_file(str(ROOT / "pages" / "convert.py"), default_timeout=240)
    parameters = dict(parse_qsl(address))
    for name, value in parameters.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    assert page.session_state.chapter == parameters.pop("chapter")
    for name, value in parameters.items():
        assert value in find_options(page, name), name


def test_every_parameter_in_the_table_is_one_of_the_pages() -> None:
    table = GUIDE.partition("| Parameter |")[2]
    named = {
        name
        for row in table.splitlines()
        for name in re.findall(r"`(\w+)`", row.split("|")[1] if row.startswith("| `") else "")
    }
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in [*(ROOT / "ui" / "convert").glob("*.py"), ROOT / "pages" / "convert.py"]
    )
    assert len(named) > 15
    for name in named:
        stem = re.sub(r"_(\d+|attention|excitation|activation|network)$", "", name)
        assert f'"{name}"' in sources or f'"{stem}_' in sources or f'"{stem}' in sources, name


def test_the_columns_of_the_file_are_described() -> None:
    table = GUIDE.partition("| Column |")[2].partition("\n\n")[0]
    assert set(
        re.findall(
            r"`(\w+)`",
            "\n".join(row.split("|")[1] for row in table.splitlines() if row.startswith("| `")),
        )
    ) == set(COLUMNS)
