"""The page Explain: every map on it is of the very answer, and it waits for nothing."""

import io
import json
import shutil

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE, LABELS
from qana.data.samples import load_paired_samples
from qana.explanation.map_job import METHODS
from qana.imaging import read_image
from qana.inference.diagnosis import diagnose
from qana.inference.manifest import find_entry, find_models_folder
from tests.doubles.explain_page import PAGE, SECONDS, Quiet, page, pictures, words
from ui.explain.session import PREPARE_MAPS
from ui.gallery import PAIRS

__all__ = ["page"]


def test_a_sample_shows_the_map_at_once(page, samples, classifier) -> None:
    shown = words(page)
    assert "of this map lies on the lesion, which covers" in shown
    assert "Not a medical device" in shown
    assert "CC BY-NC 4.0" in shown
    prediction = diagnose(read_image(samples[0].path), classifier, force=True).prediction
    assert page.selectbox(key="explain_label").value == prediction.probabilities.argmax()
    for layer in prediction.layers:
        if layer.name == "stem_conv":
            assert f"{layer.events:,} events, {layer.sparsity:.0%} silent" in shown


def test_where_scan_names_no_class_nor_does_explain(page, classifier) -> None:
    unsure = next(
        s
        for s in load_paired_samples()
        if diagnose(read_image(s.path), classifier, force=True).status == "abstained"
    )
    next(button for button in page.button if button.label == "Another photo").click().run()
    page.pills(key="sample_kind").set_value(PAIRS).run()
    page.button(key=unsure.image_id).click().run()
    assert page.header[0].value == "Not sure"


def test_every_class_can_be_asked_for(page) -> None:
    for label in (0, len(LABELS) - 1):
        page.selectbox(key="explain_label").set_value(label).run()
        assert not page.exception
    assert page.selectbox(key="explain_label").options[0].startswith(BY_CODE["akiec"].name)


def test_occlusion_asks_the_spiking_network(page) -> None:
    page.pills(key="explain_method").set_value("Occlusion").run()
    assert not page.exception
    assert any(caption.startswith("Occlusion: agrees") for caption in pictures(page))


def test_the_download_is_a_picture_with_words(page) -> None:
    from qana.explanation.png_card import draw_png_card

    picture = np.zeros((512, 512, 3), np.uint8)
    short, long = (
        Image.open(io.BytesIO(draw_png_card(picture, "Title", ["word " * count])))
        for count in (2, 60)
    )
    assert short.width == 800
    assert long.height > short.height
    assert page.get("download_button")[0].proto.label == "Download as PNG"


def test_a_file_that_is_no_photo_gets_one_sentence() -> None:
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    opened.file_uploader[0].upload("words.jpg", b"only words", "image/jpeg").run()
    assert not opened.exception
    assert "cannot be read as a photo" in opened.error[0].value


def scored(energy: float, deletion: float) -> dict:
    values = {"energy": energy, "pointing": 0.5, "deletion": deletion, "insertion": 0.5}
    found = {name: {"mean": value, "ci95": [value, value]} for name, value in values.items()}
    return {**found, "photos": 12}


@pytest.mark.parametrize(
    "gain, said",
    [(0.1, "**beats**"), (-0.1, "**does worse**"), (0.0, "**does not differ clearly**")],
)
def test_the_page_says_whether_the_map_beats_a_guess(
    samples, tmp_path, monkeypatch, gain: float, said: str
) -> None:
    folder = shutil.copytree(
        find_models_folder(), tmp_path / "models", ignore=shutil.ignore_patterns("*.h5")
    )
    found = {"mean": gain, "ci95": [gain - 0.01, gain + 0.01], "beats": gain > 0.01}
    document = {
        "command": "python -m qana explain --data DIR --photos 12",
        "model": "akida2",
        "sha256": find_entry("akida2").sha256,
        "seed": 0,
        "photos": 12,
        "lesions": 12,
        "mask_share": 0.3,
        "methods": {
            "Akida map": scored(0.61, 0.2),
            "Centre blob": scored(0.5, 0.3),
            "Score-CAM": scored(0.5, 0.3) | {"photos": 5},
            "Random map": scored(0.3, 0.4),
        },
        "against_centre": {"Akida map": {"energy": found, "deletion": found}},
        "against_grad_cam": {"within_0.01": 11, "median": 1e-6, "ties": {"stem_conv": 1}},
        "agreement": {"Akida map | Centre blob": 0.66, "Akida map | Score-CAM": 0.71},
        "sanity": {"mean": 0.12, "ci95": [0.1, 0.14]},
        "drift": {"float to 8/8": {"mean": 0.123, "ci95": [0.1, 0.2]}},
    }
    (folder / "explanations.json").write_text(json.dumps(document))
    monkeypatch.setenv("QANA_MODELS", str(folder))
    st.cache_resource.clear()
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    opened.button(key=samples[0].image_id).click().run()
    st.cache_resource.clear()
    assert not opened.exception
    shown = words(opened)
    assert said in shown
    assert "python -m qana explain --data DIR --photos 12" in shown
    assert "float to 8/8 0.12" in shown
    assert "Mean agreement over 12 test photos: Centre blob 0.66; Score-CAM 0.71 (over 5)." in shown
    assert "on 11 of 12 photos; the other one differs only after a float32 rounding tie" in shown
    assert "12 test lesions, one photo each" in shown
    assert "falls from 1 to 0.12" in shown
    assert opened.table[0].value.loc["On the lesion", "Akida map"] == "0.61 (0.61 to 0.61)"


def test_the_first_map_is_prepared_once(page) -> None:
    asked = Quiet.asked
    assert asked.count(PREPARE_MAPS) == 1
    page.selectbox(key="explain_label").set_value(1).run()
    assert asked.count(PREPARE_MAPS) == 1


def test_the_page_offers_what_the_package_has() -> None:
    from qana.explanation import grad_cam

    assert tuple(grad_cam.METHODS) == METHODS
