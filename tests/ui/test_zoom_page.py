"""The chapter on one number gives the browser the network's files and what Akida computed."""

import base64
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from qana.export.akida_layers import ExportError
from qana.inference.classifier import AkidaClassifier
from ui.convert import zoom

PAGE = str(Path(__file__).parents[2] / "pages" / "convert.py")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """What the component was drawn with."""
    found: list[dict] = []
    monkeypatch.setattr(zoom, "_zoom", lambda **arguments: found.append(arguments))
    return found


def test_the_browser_gets_the_photo_with_the_engines_answer(drawn, classifier) -> None:
    page = AppTest.from_file(PAGE, default_timeout=240)
    page.query_params["chapter"] = "zoom"
    page.query_params["at"] = "stem_conv/3"
    page.run()
    assert not page.exception
    data = drawn[-1]["data"]
    side = classifier.input_size
    pixels = np.frombuffer(base64.b64decode(data["photo"]["pixels"]), np.uint8)
    prediction = classifier.classify_input(pixels.reshape(side, side, 3))
    engine = data["photo"]["engine"]
    np.testing.assert_array_equal(np.float32(engine["logits"]), prediction.logits)
    assert engine["events"] == prediction.events
    assert data["at"] == "stem_conv/3"
    assert "tuning" in data["study"]
    assert {address.rpartition(".")[2] for address in data["network"].values()} == {"bin", "json"}
    assert not any(address.startswith("/") for address in data["network"].values())
    numbers = sum(output.size for output in prediction.outputs.values())
    assert page.metric[0].value == f"{numbers:,}"


def test_the_study_opens_in_the_same_session(drawn) -> None:
    page = AppTest.from_file(PAGE, default_timeout=240)
    page.query_params["chapter"] = "zoom"
    page.run()
    page.session_state.chapter_since -= 10
    page.query_params["chapter"] = "bits"  # what the callback does
    assert drawn[-1]["on_study_change"] is zoom._open_study
    page.run()
    assert not page.exception
    assert "Bits" in page.header[0].value


def test_a_network_that_no_browser_computes_is_explained(drawn, monkeypatch) -> None:
    def refuse(classifier: AkidaClassifier) -> None:
        raise ExportError("Layer odd_one cannot be computed.")

    zoom._pack.clear()
    monkeypatch.setattr(zoom, "pack_network", refuse)
    page = AppTest.from_file(PAGE, default_timeout=240)
    page.query_params["chapter"] = "zoom"
    page.run()
    assert not page.exception and not drawn
    assert page.error[0].value == "Layer odd_one cannot be computed."
