"""The page Facts, its words, and the report it shows."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from qana.protocols.lesion_report import LesionReport
from qana.protocols.protocol_reports import read_reports

PAGE = str(Path(__file__).parents[2] / "pages" / "facts.py")
SECONDS = 240
REMAKE = "run `python -m qana protocol lesion --data DIR`"


def opened() -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption, page.warning)
    return "\n".join(element.value for kind in kinds for element in kind)


@pytest.fixture(scope="module")
def report() -> LesionReport:
    found = read_reports().lesion
    assert found is not None, REMAKE
    return found
