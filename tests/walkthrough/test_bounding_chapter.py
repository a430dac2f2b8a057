"""The chapter on bounded activations shows the step of the chosen bound, without TensorFlow."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.evaluation.report_files import write_report
from qana.inference.manifest import find_models_folder

pytest.importorskip("tf_keras")

from tests.doubles.opened_layers import STEM, found, opened, photo
from tests.doubles.stored_doubles import forget_stored_results

__all__ = ["found", "opened", "photo"]
ROOT = Path(__file__).parents[2]
SECONDS = 60


def chapter() -> None:
    from ui.convert import bounding
    from ui.convert.photo import get_photo

    bounding.show(get_photo())


@pytest.fixture
def page(found, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The chapter with the stem's values on it."""
    st.cache_resource.clear()
    forget_stored_results(monkeypatch)
    page = AppTest.from_function(chapter, default_timeout=SECONDS).run()
    page.session_state.convert_photo.computed["layer", STEM] = found[STEM]
    page.run()
    assert not page.exception
    yield page
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    return "\n".join(element.value for kind in (page.markdown, page.caption) for element in kind)


def test_moving_the_bound_changes_the_step(page, found) -> None:
    (number,) = page.metric
    assert (number.value, number.label) == ("0.4", "Quantization step, with 16 of 16 levels used")
    page.select_slider(key=f"bounding_bound_{STEM}").set_value("none").run()
    assert not page.exception
    (number,) = page.metric
    assert number.value == f"{found[STEM].highest.max() / 15:.3g}"
    assert "with the bound 6 the step is 0.4" in words(page)
    page.segmented_control(key="bounding_channel").set_value("lowest").run()
    page.segmented_control(key="bounding_bits").set_value(8).run()
    assert not page.exception
    assert "of 128 levels used" in page.metric[0].label


def test_the_page_has_the_folding_check_and_the_alternative_texts(page) -> None:
    assert "folded, equal" in words(page)
    assert "-14** in float64" in words(page) or "-15** in float64" in words(page)
    alt = page.get("vega_lite_chart")[0].proto.alt
    assert "16 of 16 levels, 0.4 apart, are used" in alt


def test_the_page_quotes_networks_that_were_trained_without_the_bound(
    page, tmp_path, monkeypatch
) -> None:
    ignored = shutil.ignore_patterns("*.h5", "studies")
    folder = Path(shutil.copytree(find_models_folder(), tmp_path / "models", ignore=ignored))
    command = "python -m qana study ablation --data DIR"
    document = {
        "study": "ablation",
        "title": "Ablation",
        "command": command,
        "subset": "test",
        "columns": ["variant", "stage", "macro F1"],
        "rows": [
            ["base", "ptq", 0.111],
            ["+ quantized head", "ptq", 0.222],
            ["+ balancing", "ptq", 0.512],
            ["all, no activation bounded", "float", 0.456],
            ["all, no activation bounded", "ptq", 0.345],
            ["all, no activation bounded", "akida", None],
        ],
        "refused": ["all, no activation bounded, akida: Layer x gives other integers."],
        "note": "64 px.",
        "missing": [],
    }
    write_report(folder / "studies" / "ablation.json", document)
    monkeypatch.setenv("QANA_MODELS", str(folder))
    page.run()
    assert not page.exception
    (table,) = page.table
    shown = table.value.set_index("network").T.to_dict()
    assert shown == {
        "all (+ balancing)": {"quantized after training": "0.512", "on Akida": ""},
        "all, no activation bounded": {"quantized after training": "0.345", "on Akida": "refused"},
    }
    assert "Layer x gives other integers." in words(page)
    assert command in words(page)
    (folder / "studies" / "ablation.json").write_text("{")
    page.run()
    assert not page.exception
    assert "is damaged" in page.warning[0].value


def test_the_chapter_does_not_import_tensorflow() -> None:
    code = "import sys, ui.convert.bounding; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
