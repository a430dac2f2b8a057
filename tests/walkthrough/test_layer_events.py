"""The chapter Spikes: every number is counted from the engine's integers."""

import base64
import io
import json
from collections.abc import Callable

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from qana.data.lesion_masks import fill_outlines, read_outlines
from qana.explanation.heatmap import draw_channel
from qana.imaging import read_image, to_input
from qana.walkthrough.layer_events import (
    ReferencePictureError,
    compare_events,
    find_large_lesion,
    find_plain_skin,
    make_frames,
    make_uniform_grey,
)

CHAPTER = """
import streamlit as st
from ui.convert import spikes
from ui.convert.chapter import show_introduction
from ui.convert.photo import get_photo

show_introduction(6, spikes)
spikes.show(get_photo())
"""
SECONDS = 60


@pytest.fixture(scope="module")
def prediction(samples, classifier):
    melanoma = next(sample for sample in samples if sample.label == "mel")
    return classifier.classify(read_image(melanoma.path))


@pytest.fixture
def page() -> AppTest:
    st.cache_resource.clear()
    opened = AppTest.from_string(CHAPTER, default_timeout=SECONDS).run()
    assert not opened.exception
    yield opened
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    kinds = (page.header, page.subheader, page.markdown, page.caption)
    return "\n".join(element.value for kind in kinds for element in kind)


def sent(page: AppTest) -> dict:
    """The data of the player."""
    (component,) = page.get("bidi_component")
    return json.loads(component.proto.json)


def test_frames_equal_the_layers_of_the_prediction(prediction) -> None:
    frames = make_frames(prediction.outputs)
    for frame, layer in zip(frames, prediction.layers, strict=True):
        assert (frame.name, frame.events, frame.size) == (layer.name, layer.events, layer.size)
        assert frame.sparsity == layer.sparsity
        assert frame.counts.sum() == frame.events
        assert frame.counts.shape == prediction.outputs[frame.name].shape[:2]
        assert frame.counts.max() <= frame.channels
    assert frames[-1].so_far == prediction.events
    assert [frame.so_far for frame in frames] == list(np.cumsum([f.events for f in frames]))


def test_counts_are_the_channels_with_events(prediction) -> None:
    frame = make_frames(prediction.outputs)[0]
    output = prediction.outputs[frame.name]
    for row, column in ((0, 0), (31, 40), (63, 5)):
        assert frame.counts[row, column] == sum(value != 0 for value in output[row, column])


def test_layers_without_a_rectifier_are_signed(prediction) -> None:
    signed = {frame.name for frame in make_frames(prediction.outputs) if frame.signed}
    assert {"block1_project_conv", "block4_add"} <= signed
    assert not {"stem_conv", "block1_expand_conv", "head_features_conv"} & signed


def test_plain_skin_is_a_corner_that_the_outline_proves_free(samples) -> None:
    skin = find_plain_skin()
    sample = next(sample for sample in samples if sample.image_id == skin.image_id)
    side = len(skin.picture)
    length = round(side / skin.share)
    square = to_input(read_image(sample.path), length)
    mask = fill_outlines(read_outlines()[skin.image_id], length)
    far = length - side
    corners = [np.s_[top : top + side, left : left + side] for top in (0, far) for left in (0, far)]
    (found,) = (corner for corner in corners if np.array_equal(square[corner], skin.picture))
    assert not mask[found].any()
    assert mask.any()


def test_the_large_lesion_is_the_one_whose_outline_covers_most() -> None:
    lesion = find_large_lesion()
    shares = {name: fill_outlines(lines, 128).mean() for name, lines in read_outlines().items()}
    assert max(shares, key=shares.get) == lesion.image_id
    assert lesion.share == pytest.approx(shares[lesion.image_id], abs=0.01)


def share_of_events(layers, signed: bool) -> float:
    """The share of the activations of all signed or all rectified layers that are events."""
    chosen = [layer for layer in layers if layer.signed == signed]
    return sum(layer.events for layer in chosen) / sum(layer.size for layer in chosen)


def test_events_move_with_the_picture_more_than_their_number_changes(
    prediction, samples, classifier
) -> None:
    skin = classifier.classify(find_plain_skin().picture)
    grey = classifier.classify(make_uniform_grey(classifier.input_size))
    other = classifier.classify(read_image(samples[0].path))
    assert prediction.events > skin.events > grey.events
    for reference in (skin, other, grey):
        found = compare_events(prediction.outputs, reference.outputs)
        size = sum(layer.size for layer in found)
        assert sum(layer.events for layer in found) == prediction.events
        assert sum(layer.reference for layer in found) == reference.events
        moved = sum(layer.gained + layer.lost for layer in found)
        assert moved / size > 0.1
        assert moved > 2 * abs(prediction.events - reference.events)
        for layer in found:
            assert layer.events - layer.reference == layer.gained - layer.lost
        assert share_of_events(found, signed=True) > 0.8 > share_of_events(found, signed=False)


def test_a_picture_compared_with_itself_has_no_difference(prediction) -> None:
    found = compare_events(prediction.outputs, prediction.outputs)
    assert not any(layer.gained or layer.lost for layer in found)


def test_comparing_two_models_raises(prediction) -> None:
    fewer = dict(list(prediction.outputs.items())[1:])
    with pytest.raises(ReferencePictureError, match="run both through one"):
        compare_events(prediction.outputs, fewer)


def test_the_browser_gets_every_map_in_full_and_in_the_colours_of_explain(page, prediction) -> None:
    data = sent(page)
    assert len(json.dumps(data)) < 300_000
    counts = np.frombuffer(base64.b64decode(data["counts"]), "<u2")
    ramp = np.frombuffer(base64.b64decode(data["ramp"]), np.uint8).reshape(256, 3)
    at = 0
    for layer, frame in zip(data["layers"], make_frames(prediction.outputs), strict=True):
        height, width, channels = layer["shape"]
        own = counts[at : at + height * width].reshape(height, width)
        at += height * width
        assert (layer["name"], channels) == (frame.name, frame.channels)
        assert np.array_equal(own, frame.counts)
        assert layer["soFar"] == frame.so_far
    assert at == len(counts)
    shades = np.arange(256).reshape(16, 16)
    assert np.array_equal(ramp[shades], draw_channel(shades, 16))
    picture = Image.open(io.BytesIO(base64.b64decode(data["picture"])))
    assert np.array_equal(np.asarray(picture), prediction.inputs)


def test_the_chapter_has_the_numbers_of_the_photo(page, prediction) -> None:
    from ui.convert.spikes import IDEA

    assert len(IDEA) == 3
    (number,) = page.metric
    assert number.value == f"{prediction.events:,}"
    assert f"{prediction.sparsity:.1%}" in number.label
    shown = words(page)
    assert f"This photo makes **{prediction.events:,}** events and plain skin **" in shown
    assert "CC BY-NC 4.0" in shown
    first = prediction.layers[0]
    alternatives = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    assert sum(f"{first.name} {first.events:,} and" in text for text in alternatives) == 1


@pytest.mark.parametrize(
    "chosen, picture",
    [
        ("Plain skin", lambda: find_plain_skin().picture),
        ("Large lesion", lambda: find_large_lesion().picture),
        ("Uniform grey", lambda: make_uniform_grey(128)),
    ],
)
def test_another_picture_is_run_and_compared(
    page, prediction, classifier, chosen: str, picture: Callable[[], np.ndarray]
) -> None:
    reference = classifier.classify(picture())
    page.segmented_control(key="spikes_shown").set_value(chosen).run()
    assert not page.exception
    data = sent(page)
    assert data["called"] == chosen.lower()
    assert data["layers"][-1]["soFar"] == reference.events
    assert page.metric[0].value == f"{reference.events:,}"
    here, there = (f"**{found.events:,}**" for found in (prediction, reference))
    assert f"{here} events and {chosen.lower()} {there}" in words(page)
