"""Booth mode: the scenes of the show, and what an address may ask for."""

import base64
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.bench.photo_cost import estimate_photo_energy, find_best_gpu_row, read_reference_results
from qana.classes import BY_CODE, LABELS
from qana.data.samples import load_samples
from qana.explanation.similar_cases import find_similar
from qana.imaging import read_image
from qana.inference.diagnosis import diagnose
from ui.answered_photo import AnsweredPhoto
from ui.booth.mode import IDLE_SECONDS, MAX_IDLE_SECONDS, MIN_IDLE_SECONDS, parse_idle_seconds
from ui.booth.scene_player import encode_scene, format_millijoules
from ui.booth.show import choose_sample

APP = str(Path(__file__).parents[2] / "streamlit_app.py")


def draw_show() -> None:
    from ui.booth.show import run_show

    run_show()


@pytest.fixture(scope="module")
def answer(classifier) -> AnsweredPhoto:
    sample = choose_sample(0)
    return AnsweredPhoto(diagnose(read_image(sample.path), classifier, force=True), sample)


@pytest.fixture(scope="module")
def scene(answer) -> dict:
    energy = estimate_photo_energy(answer.diagnosis.classifier, answer.prediction.events, 700_000.0)
    return encode_scene(3, answer, energy)


def test_the_show_starts_without_a_fault() -> None:
    st.cache_resource.clear()
    app = AppTest.from_function(draw_show, default_timeout=240).run()
    assert not app.exception and not app.error
    assert app.session_state.scene == 0


def test_a_scene_has_the_answer_of_the_network_and_the_recorded_diagnosis(scene, answer) -> None:
    prediction, sample = answer.prediction, answer.sample
    assert scene["number"] == 3
    assert [kind["code"] for kind in scene["kinds"]] == list(LABELS)
    expected = "Not sure" if prediction.unsure else BY_CODE[prediction.top[0][0]].name
    assert scene["answer"]["headline"] == expected
    assert scene["answer"]["recorded"] == f"The doctors recorded: {BY_CODE[sample.label].name}."
    shares = [row["share"] for row in scene["answer"]["top"]]
    assert shares == [share for _, share in prediction.top]
    names = [BY_CODE[case.label].name for case in find_similar(answer.diagnosis, 3)]
    assert [case["name"] for case in scene["cases"]] == names
    assert scene["origin"].startswith("The network akida2 runs here in BrainChip's simulator")


def test_a_scene_without_a_map_speaks_of_none(scene, answer, monkeypatch) -> None:
    assert scene["map"] and "Bright colours" in scene["answer"]["lead"]
    monkeypatch.setattr("ui.booth.scene_player.draw_answer_map", lambda diagnosis: None)
    bare = encode_scene(3, answer, None)
    assert bare["map"] is None and "Bright colours" not in bare["answer"]["lead"]


def test_the_spikes_of_a_scene_are_the_integers_of_the_photo(scene, answer) -> None:
    *hidden, _logits = answer.prediction.outputs.values()
    assert len(scene["layers"]) == len(hidden)
    total = 0
    for layer, output in zip(scene["layers"], hidden, strict=True):
        counts = np.count_nonzero(output, axis=-1)
        total += counts.sum()
        shown = np.frombuffer(base64.b64decode(layer["shares"]), np.uint8)
        expected = (counts * 255 / output.shape[-1]).astype(np.uint8)
        np.testing.assert_array_equal(shown, expected.ravel())
        assert (layer["height"], layer["width"]) == counts.shape
        assert layer["so_far"] == total
        assert layer["active"] == pytest.approx(counts.sum() / output.size)
    assert total == answer.prediction.events
    share = answer.prediction.events / sum(output.size for output in hidden)
    assert scene["work"].startswith(f"{share:.0%} of the values")
    assert f"{answer.prediction.events:,} spikes (counted here)" in scene["work"]


def test_the_energy_names_what_is_modelled_and_what_is_measured(scene, answer) -> None:
    results = read_reference_results()
    best = find_best_gpu_row([row for result in results for row in result.rows])
    assert best is not None and best.energy_mj is not None
    assert all(
        best.energy_mj.value <= row.energy_mj.value
        for result in results
        for row in result.rows
        if row.energy_mj and row.provenance == "measured"
    )
    energy = scene["energy"]
    assert energy["gpu"].startswith(format_millijoules(best.energy_mj.value))
    assert best.device in energy["gpu"]
    macs = next(result.macs for result in results if best in result.rows)
    work = macs / answer.diagnosis.classifier.entry.macs
    said = "(measured)" if work == 1 else f"(measured with a network of {work:.2f} times the"
    assert said in energy["gpu"]
    assert energy["akida"].endswith("(modelled)")
    fewer = estimate_photo_energy(answer.diagnosis.classifier, 350_000, 700_000.0)
    more = estimate_photo_energy(answer.diagnosis.classifier, 700_000, 700_000.0)
    assert fewer.akida.value < more.akida.value
    assert encode_scene(0, answer, None)["energy"] is None


def test_every_sample_has_its_turn() -> None:
    samples = load_samples()
    assert {choose_sample(number) for number in range(len(samples))} == set(samples)


def test_without_the_booth_s_address_there_is_no_show() -> None:
    app = AppTest.from_file(APP, default_timeout=240).run()
    assert "Scan a lesion" in [title.value for title in app.title]


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("30", 30),
        ("1", MIN_IDLE_SECONDS),
        ("9999", MAX_IDLE_SECONDS),
        *((one, IDLE_SECONDS) for one in ("", "-5", "1e3", "abc", "9" * 5000, "٣", "<script>")),
    ],
)
def test_what_is_no_number_of_seconds_counts_as_not_asked_for(asked: str, seconds: int) -> None:
    assert parse_idle_seconds(asked) == seconds
