"""The chapter on the chip draws the engine's mapping, and refusals have a reason."""

import dataclasses
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import akida
import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.errors import ModelError, UserError
from qana.inference.manifest import ModelEntry, find_entry, find_models_folder
from qana.inference.model_store import hash_file
from qana.jobs.background_worker import BackgroundWorker, Job
from qana.jobs.messages import Request
from qana.walkthrough.chip_drawing_reader import DEVICES, FIRST_GENERATION, map_entry, map_model

FITS = ("12 nodes", "6 nodes")
NEURAL = (akida.NP.CNP1, akida.NP.CNP2, akida.NP.FNP2, akida.NP.FNP3, akida.NP.TNP_B)


@pytest.fixture(scope="module")
def first() -> ModelEntry:
    """The deployed model for the first generation."""
    return find_entry("akd1000")


@pytest.mark.parametrize("device", FITS)
def test_every_layer_of_the_deployed_model_has_processors(classifier, device: str) -> None:
    mapping = map_entry(classifier.entry, device)
    assert mapping.refusal is None
    placed = [layer.name for layers in mapping.passes for layer in layers]
    assert placed == [layer.name for layer in classifier.layers]
    everywhere = {processor.place: processor.types for processor in mapping.mesh.processors}
    for number, layers in enumerate(mapping.passes):
        taken = Counter(place for layer in layers for place in layer.places)
        assert max(taken.values()) == 1
        assert mapping.count_used(number) == len(taken) <= len(everywhere)
        for layer in layers:
            assert all(layer.unit in everywhere[place] for place in layer.places)


@pytest.mark.parametrize("device", FITS)
def test_passes_processors_and_program_equal_those_of_the_engine(classifier, device: str) -> None:
    mapping = map_entry(classifier.entry, device)
    model = akida.Model(str(classifier.entry.path))
    model.map(DEVICES[device](), hw_only=True)
    (sequence,) = model.sequences
    assert len(mapping.passes) == len(sequence.passes) >= 1
    assert mapping.program_bytes == len(sequence.program)
    counted = Counter(layer.unit for layers in mapping.passes for layer in layers if layer.unit)
    assert counted["HRC"] == 1
    by_the_tool = sum(model.component_count.get(kind, 0) for kind in NEURAL)
    assert sum(map(mapping.count_used, range(len(mapping.passes)))) == by_the_tool


def test_more_nodes_need_no_more_passes(classifier) -> None:
    large, small = (map_entry(classifier.entry, device) for device in FITS)
    assert len(large.passes) <= len(small.passes)
    assert len(large.mesh.processors) == 12 * 4
    assert len(small.mesh.processors) == 6 * 4


@pytest.mark.parametrize("device", FIRST_GENERATION)
def test_a_chip_of_the_other_generation_gives_a_refusal(classifier, device: str) -> None:
    mapping = map_entry(classifier.entry, device)
    assert mapping.passes == ()
    refusal = mapping.refusal
    assert "IP version" in refusal.message
    assert (refusal.generation, mapping.mesh.generation) == ("2.0", "1.0")
    kinds = Counter(layer.parameters.layer_type.name for layer in classifier.layers)
    assert set(refusal.missing) <= set(kinds)
    assert refusal.missing["DepthwiseConv2D"] == kinds["DepthwiseConv2D"] > 0
    assert refusal.missing["Add"] == kinds["Add"] > 0
    assert "Conv2D" not in refusal.missing
    assert refusal.weight_bits == classifier.entry.weight_bits


def test_mapping_does_not_change_the_classifier(classifier, square_photos) -> None:
    before = classifier.logits(square_photos[:2])
    for device in DEVICES:
        map_entry(classifier.entry, device)
    assert np.array_equal(classifier.logits(square_photos[:2]), before)
    own = akida.Model(str(classifier.entry.path))
    map_model(own, "6 nodes")
    assert np.array_equal(own.predict(square_photos[:2]).reshape(2, -1), before)


def test_an_unknown_device_and_a_changed_file_raise_one_sentence(classifier, tmp_path) -> None:
    with pytest.raises(UserError, match="no device 'AKD9': choose one of 12 nodes"):
        map_entry(classifier.entry, "AKD9")
    path = tmp_path / "akida2.fbz"
    path.write_bytes(b"not a model")
    changed = dataclasses.replace(classifier.entry, path=path)
    with pytest.raises(ModelError, match="its bytes have changed"):
        map_entry(changed, "12 nodes")
    of_today = dataclasses.replace(changed, sha256=hash_file(path))
    with pytest.raises(ModelError, match="cannot read"):
        map_entry(of_today, "12 nodes")


@pytest.mark.parametrize("device", FIRST_GENERATION)
def test_the_model_for_akida_1_maps_on_both_chips(first, device: str) -> None:
    network, mapping = akida.Model(str(first.path)), map_entry(first, device)
    assert network.ip_version == akida.IpVersion.v1
    assert (mapping.device, mapping.refusal) == (device, None)
    assert len(mapping.passes) == first.record["conversion"]["passes"][device]
    placed = [layer for layers in mapping.passes for layer in layers]
    assert [layer.name for layer in placed] == [layer.name for layer in network.layers]
    assert "SeparableConvolutional" in {layer.kind for layer in placed}
    assert placed[-1].unit.startswith("FNP")
    for number in range(len(mapping.passes)):
        assert 0 < mapping.count_used(number) <= len(mapping.mesh.processors)
    assert network.layers[1].parameters.weights_bits == 8
    assert all(layer.parameters.weights_bits == 4 for layer in network.layers[2:])


def test_the_mapping_does_not_depend_on_the_weights(first) -> None:
    network, rng = akida.Model(str(first.path)), np.random.default_rng(1)
    for layer in network.layers:
        for name in set(layer.get_variable_names()) & {"weights", "weights_pw"}:
            old = layer.get_variable(name)
            layer.set_variable(name, rng.integers(-7, 8, old.shape).astype(old.dtype))
    for device in FIRST_GENERATION:
        assert map_model(network, device) == map_entry(first, device)


def test_the_model_for_akida_1_does_not_map_on_the_second_generation(first) -> None:
    refusal = map_entry(first, "6 nodes").refusal
    assert (refusal.generation, refusal.missing) == ("1.0", {})


class Quiet(BackgroundWorker):
    """Stores requests and answers none; another test covers the background worker."""

    asked: list[tuple[str, Job]]

    def submit(self, function: str, **arguments: object) -> Job:
        job = Job(Request(1, "none:none"))
        self.asked.append((function, job))
        return job


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Job]]]:
    """The requests of the page to the background worker."""
    Quiet.asked = []
    monkeypatch.setattr("ui.shared_models.BackgroundWorker", Quiet)
    clear()
    yield Quiet.asked
    clear()


def clear() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


def chapter() -> None:
    from ui.convert import chip
    from ui.convert.photo import get_photo

    chip.show(get_photo())


def opened(device: str) -> AppTest:
    page = AppTest.from_function(chapter, default_timeout=240).run()
    page.pills[0].set_value(device).run()
    assert not page.exception
    return page


def test_the_number_and_the_table_follow_the_pass(asked, classifier) -> None:
    mapping = map_entry(classifier.entry, "6 nodes")
    page = opened("6 nodes")
    for number, layers in enumerate(mapping.passes):
        page.select_slider[0].set_value(number).run()
        assert not page.exception
        (metric,) = page.metric
        assert metric.value == f"{mapping.count_used(number)} of {len(mapping.mesh.processors)}"
        (figure,) = page.get("vega_lite_chart")
        assert metric.value in figure.proto.alt
        assert all(layer.name in figure.proto.alt for layer in layers if layer.unit)
        table = page.table[0].value
        plain = [name.replace("\N{ZERO WIDTH SPACE}", "") for name in table["Layer"]]
        assert plain == [layer.name for layer in layers]
    assert not asked


@pytest.mark.parametrize("device", FIRST_GENERATION)
def test_a_refusal_has_the_engines_message_and_a_fitting_model(
    asked, classifier, first, device: str
) -> None:
    page = opened(device)
    (warning,) = page.warning
    assert map_entry(classifier.entry, device).refusal.message in warning.value
    assert "DepthwiseConv2D" in warning.value
    mapping = map_entry(first, device)
    assert page.metric[0].value == f"{mapping.count_used(0)} of {len(mapping.mesh.processors)}"
    assert any("akd1000, trained for Akida 1.0" in words.value for words in page.caption)
    assert not asked


def test_without_a_model_for_akida_1_the_page_explains_how_to_make_one(
    asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "models"
    shutil.copytree(find_models_folder(), folder, ignore=shutil.ignore_patterns("*.h5"))
    (folder / "manifest.json").write_text(json.dumps({"models": [find_entry("akida2").record]}))
    monkeypatch.setenv("QANA_MODELS", str(folder))
    page = opened("AKD1000")
    assert any("--recipe akd1000" in words.value for words in page.info)
    assert not page.metric
