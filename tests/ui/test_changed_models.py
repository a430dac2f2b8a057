"""Every page gives one sentence if a file of the models has changed since it was signed."""

import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.cli.sign import sign_folder
from qana.resources import find_folder

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
SECONDS = 240


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signed models with one changed bit in a report that only the page Facts reads."""
    models = find_folder("models")
    copy = tmp_path_factory.mktemp("signed") / "models"
    shutil.copytree(models, copy, ignore=shutil.ignore_patterns("*.h5"), copy_function=shutil.copy)
    sign_folder(copy, copy.with_name("key.pem"))
    data = (copy / "light.json").read_bytes()
    (copy / "light.json").write_bytes(bytes([data[0] ^ 1]) + data[1:])
    return copy


@pytest.mark.parametrize("page", [*PAGES, "booth"])
def test_a_page_gives_one_sentence(page: str, folder: Path, monkeypatch) -> None:
    monkeypatch.setenv("QANA_MODELS", str(folder))
    monkeypatch.setenv("QANA_MODELS_KEY", str(folder.with_name("key.pem")))
    st.cache_resource.clear()
    st.cache_data.clear()
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=SECONDS)
    if page == "booth":
        app.query_params["booth"] = "1"
        app.run()
    else:
        app.run()
        app.switch_page(f"pages/{page}.py").run()
    st.cache_resource.clear()
    st.cache_data.clear()
    assert not app.exception
    assert [error.value for error in app.error] == [
        "light.json in the models folder has changed since it was signed: restore it from the "
        "repository, or, if you have changed the models yourself, sign them with "
        "`python -m qana sign` or name their folder in QANA_MODELS."
    ]
