"""The block graph is that of the model, and its sums are those of the network."""

from collections.abc import Iterator
from itertools import pairwise

import akida
import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.errors import UserError
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.diagnosis import diagnose
from qana.inference.prediction import Prediction
from qana.walkthrough.block_graph import Block, build_block_graph, compute_shares
from qana.walkthrough.block_texts import KINDS
from ui.convert.network_graph import draw_graph

SECONDS = 240


@pytest.fixture(scope="module")
def prediction(samples, classifier: AkidaClassifier) -> Prediction:
    return diagnose(read_image(samples[0].path), classifier, force=True).prediction


@pytest.fixture(scope="module")
def graph(classifier: AkidaClassifier, prediction: Prediction) -> dict[str, Block]:
    return {block.name: block for block in build_block_graph(classifier.layers, prediction.layers)}


def test_every_layer_is_in_one_block_in_the_order_of_the_network(graph, classifier) -> None:
    named = [layer.name for block in graph.values() for layer in block.layers]
    assert named == [layer.name for layer in classifier.layers]
    assert all(block.kind in KINDS for block in graph.values())


def test_sums_over_blocks_are_those_of_the_whole_network(graph, classifier, prediction) -> None:
    held = [
        layer.get_variable(name).size
        for layer in classifier.layers
        for name in layer.get_variable_names()
        if name in ("weights", "bias")
    ]
    assert sum(block.parameters for block in graph.values()) == sum(held)
    assert sum(block.macs for block in graph.values()) == classifier.entry.macs
    assert sum(block.events for block in graph.values()) == prediction.events
    for cost in ("macs", "parameters"):
        found = compute_shares(tuple(graph.values()), cost)
        assert list(found) == list(graph)
        assert sum(found.values()) == pytest.approx(1)


def test_a_convolution_costs_its_weights_at_each_place_of_its_output(graph) -> None:
    stem = graph["stem"]
    *side, channels = stem.shape
    assert side == [64, 64]
    assert stem.parameters == 3 * 3 * 3 * channels + channels
    assert stem.macs == 3 * 3 * 3 * channels * 64 * 64
    assert graph["input"].macs == graph["input"].parameters == 0


def test_each_block_has_its_sources_and_skips(graph) -> None:
    names = list(graph)
    for before, name in pairwise(names):
        assert graph[name].sources == (before,)
        adds = any(layer.unit == "Add" for layer in graph[name].layers)
        assert graph[name].skips == ((before,) if adds else ())
        assert adds == ("added to the block's input" in graph[name].does)
    assert graph["attention40"].skips == ("block4",)
    assert graph["block5"].skips == ()


def test_the_description_of_a_block_matches_its_layers(graph) -> None:
    def units(name: str) -> list[str]:
        return [layer.unit for layer in graph[name].layers]

    assert units("stem") == ["Convolution 3x3, stride 2"]
    assert units("attention80") == ["Depthwise 5x5", "Convolution 1x1", "Add"]
    assert units("excitation") == [
        "Depthwise 3x3, stride 2",
        "Convolution 1x1",
        "Convolution 1x1",
        "Transposed depthwise 3x3, stride 2",
        "Add",
    ]
    assert graph["block1"].kind == "fused"
    assert units("block1") == ["Convolution 3x3, stride 2", "Convolution 1x1"]
    assert units("head") == ["Depthwise 3x3", "Convolution 1x1, averaged"]
    primary, cheap, joined, *_rest = graph["ghost112"].layers
    assert primary.shape == cheap.shape
    assert joined.shape[-1] == 2 * primary.shape[-1]
    for block in graph.values():
        if block.kind in ("block", "fused"):
            assert max(layer.shape[-1] for layer in block.layers[:-1]) > block.shape[-1]


def test_an_identity_kernel_is_named() -> None:
    layers = load_classifier("akida2-large").layers
    blocks = build_block_graph(layers, ())
    found = [layer for block in blocks for layer in block.layers if "identity" in layer.unit]
    assert [layer.name for layer in found] == ["block3_depthwise_dw_identity_dw_conv"]


def test_layers_of_an_unknown_block_keep_their_name() -> None:
    model = akida.Model(
        layers=[akida.InputConv2D(input_shape=(8, 8, 3), filters=4, kernel_size=3, name="novel_a")]
    )
    (found,) = build_block_graph(model.layers, ())
    assert found.name == found.title == "novel"
    assert "no words for" in found.does
    assert found.macs == model.macs > 0


def test_a_model_without_layers_raises_one_sentence() -> None:
    with pytest.raises(UserError, match="has no layers"):
        build_block_graph((), ())


def chapter() -> None:
    from ui.convert import network
    from ui.convert.photo import get_photo

    network.show(get_photo())


@pytest.fixture
def page() -> Iterator[AppTest]:
    st.cache_resource.clear()
    opened = AppTest.from_function(chapter, default_timeout=SECONDS).run()
    assert not opened.exception
    yield opened
    st.cache_resource.clear()


def test_choosing_a_block_changes_the_number(page: AppTest, graph) -> None:
    costliest = max(graph.values(), key=lambda block: block.macs)
    assert page.subheader[0].value == costliest.title
    total = sum(block.macs for block in graph.values())
    assert page.metric[0].value == f"{costliest.macs / total:.1%}"
    assert f"{costliest.macs:,} of {total:,} multiply-accumulates" in page.caption[0].value
    page.select_slider(key="network_block").set_value("block8").run()
    assert page.subheader[0].value == graph["block8"].title
    assert page.metric[0].value == f"{graph['block8'].macs / total:.1%}"
    page.pills(key="network_cost").set_value("parameters").run()
    assert not page.exception
    held = sum(block.parameters for block in graph.values())
    assert page.metric[0].value == f"{graph['block8'].parameters / held:.1%}"
    assert page.metric[0].label == "Share of all parameters"


def test_every_block_shows_what_it_does_and_its_layers(page: AppTest, graph) -> None:
    outputs = page.session_state.convert_photo.prediction.outputs
    for name, block in graph.items():
        page.select_slider(key="network_block").set_value(name).run()
        assert not page.exception
        assert page.markdown[0].value == block.does
        assert len(page.table[0].value) == len(block.layers)
        captions = [image.proto.imgs[0].caption for image in page.get("image")]
        if block.kind in ("block", "fused", "attention"):
            values = outputs[block.layers[-1].name]
            totals = np.abs(values.astype(int)).sum(axis=(0, 1))
            best = int(totals.argmax())
            events = np.count_nonzero(values[..., best])
            assert captions[0] == f"Channel {best}: {events:,} events"
    assert "Melanoma **" in page.markdown[1].value  # the last block's result: seven logits


def test_the_graph_has_a_text_and_marks_the_chosen_block(page: AppTest, graph) -> None:
    page.select_slider(key="network_block").set_value("excitation").run()
    alt = page.get("vega_lite_chart")[0].proto.alt
    assert "Chosen: Squeeze and excitation." in alt
    for block in graph.values():
        assert block.title in alt


def test_a_click_on_a_box_selects_its_block(graph) -> None:
    everything = tuple(graph.values())
    spec = draw_graph(everything, compute_shares(everything, "macs"), "stem").to_dict()
    (tap,) = spec["params"]
    assert tap["select"] == {"type": "point", "fields": ["block"], "toggle": False}
    first = spec["layer"][0]  # behind a layer of other rows Vega-Lite would draw nothing
    assert tap["views"] == [first["name"]]
    rows = spec["datasets"][first["data"]["name"]]
    assert [row["block"] for row in rows] == list(graph)
    assert [row["block"] for row in rows if row["on"]] == ["stem"]
    (longest,) = (row for row in rows if row["filled"] == max(row["filled"] for row in rows))
    assert longest["filled"] == pytest.approx(longest["right"])
    assert graph[longest["block"]].macs == max(block.macs for block in everything)
