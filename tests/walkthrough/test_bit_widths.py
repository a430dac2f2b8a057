"""Bit widths: the vendor's quantizer runs, and its levels and predictions are counted."""

from collections.abc import Iterator

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

pytest.importorskip("tf_keras")

from qana.classes import BY_CODE, LABELS
from qana.data.balanced_subset import PER_CLASS, load_balanced_subset
from qana.data.samples import load_calibration_photos
from qana.jobs.cache import Cache
from qana.walkthrough.bit_widths import LAYERS, count_correct_by_class, snap_weights
from qana.walkthrough.bit_widths_job import answer_photo, answer_subset, load_networks
from tests.doubles.job_doubles import Instant
from tests.doubles.stored_doubles import forget_stored_results

MODEL = "akida2"


@pytest.fixture(scope="module")
def store() -> Cache:
    return Cache()


@pytest.fixture(scope="module")
def news() -> list[tuple[str, float]]:
    return []


@pytest.fixture(scope="module")
def four(store, news):
    return answer_subset(
        store, lambda *one: news.append(one), MODEL, weight_bits=4, activation_bits=4
    )


@pytest.fixture(scope="module")
def plain(store):
    return answer_subset(store, lambda *_: None, MODEL, weight_bits=0, activation_bits=0)


def test_the_subset_has_nine_test_lesions_of_each_class() -> None:
    from qana.data.balanced_subset import SUBSET_FOLDER
    from qana.data.lesion_split import read_split

    photos, labels = load_balanced_subset()
    assert photos.shape == (63, 128, 128, 3)
    assert np.bincount(labels).tolist() == [PER_CLASS] * len(LABELS)
    split = read_split()
    assert {split[file.stem.partition("_")[2]] for file in SUBSET_FOLDER.glob("*.jpg")} == {"test"}


@pytest.mark.slow
def test_four_bits_without_tuning_reduce_the_accuracy(plain, four) -> None:
    _, labels = load_balanced_subset()
    whole = sum(count_correct_by_class(plain.logits, labels).values())
    broken = sum(count_correct_by_class(four.logits, labels).values())
    assert whole > 2 * len(labels) / 7
    assert broken < whole / 2


@pytest.mark.slow
def test_each_quantized_weight_is_on_a_level(four) -> None:
    assert set(four.weights) == set(LAYERS)
    for levels in four.weights.values():
        assert len(levels.levels) == 15
        assert levels.before.sum() == levels.after.sum()
        assert 2 <= levels.used <= 15
        assert levels.moved <= 0.5


@pytest.mark.slow
def test_levels_equal_those_of_the_quantizer(store, four) -> None:
    from qana.inference.manifest import find_entry

    key = ("quantized", find_entry(MODEL).sha256, 4, 4)
    network, _seconds = store.get(key, pytest.fail)
    layer = network.get_layer("head_features_conv")
    integers = layer.weight_quantizer(layer.kernel).fp.values.numpy().astype(int)
    counts = np.bincount(integers.reshape(-1) + 7, minlength=15)
    assert four.weights["head_features_conv"].after.tolist() == counts.tolist()


@pytest.mark.slow
def test_the_photo_uses_the_quantized_network(store, four) -> None:
    photos, _ = load_balanced_subset()
    asked = answer_photo(store, lambda *_: None, MODEL, photos[3], 4, 4)
    np.testing.assert_allclose(asked, four.logits[3], atol=1e-3)


@pytest.mark.slow
def test_progress_is_reported_and_networks_are_cached(store, news, four) -> None:
    assert any("Quantizing to 4/4 bits" in words for words, _share in news)
    again: list[str] = []
    answer_subset(
        store, lambda words, _: again.append(words), MODEL, weight_bits=4, activation_bits=4
    )
    assert not any("Quantizing" in words for words in again)


@pytest.mark.slow
def test_load_networks_caches_both_forms(store, classifier) -> None:
    words: list[str] = []
    assert load_networks(store, lambda one, _: words.append(one), MODEL) == "loaded"
    assert "Loading the quantized network" in words
    key = ("form", classifier.entry.sha256, "quantized")
    assert store.get(key, pytest.fail).output_shape == (None, 7)


def test_weights_snap_to_the_nearest_level_and_are_clipped() -> None:
    levels = snap_weights(np.array([0.0, 0.4, -0.4, 5.0], np.float32), np.float32(0.5), 2)
    assert levels.levels.tolist() == [-1, 0, 1]
    assert levels.after.tolist() == [1, 1, 2]


def test_ranges_come_from_the_gallery() -> None:
    assert load_calibration_photos().shape == (21, 128, 128, 3)


def chapter() -> None:
    from ui.convert import bits
    from ui.convert.photo import get_photo

    bits.show(get_photo())


@pytest.fixture(scope="module")
def page(store, four, plain) -> Iterator[AppTest]:
    st.cache_resource.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.shared_models.BackgroundWorker", lambda: Instant(store))
        forget_stored_results(patch)
        opened = AppTest.from_function(chapter, default_timeout=240).run()
        assert not opened.exception
        yield opened
    st.cache_resource.clear()


def told(page: AppTest) -> list[str]:
    """Alternative texts of the charts."""
    return [chart.proto.alt for chart in page.get("vega_lite_chart")]


@pytest.mark.slow
def test_the_chapter_counts_correct_predictions(page, four, plain) -> None:
    labels = load_balanced_subset()[1]
    right = count_correct_by_class(four.logits, labels)
    assert page.metric[0].value == f"{sum(right.values())} of 63"
    rare = sum(right[code] for code in ("df", "vasc", "akiec"))
    before = sum(count_correct_by_class(plain.logits, labels).values())
    shown = "\n".join(caption.value for caption in page.caption)
    assert f"{rare} of 27; in float {before} of all" in shown
    assert all(f"{code} {count}" in told(page)[0] for code, count in right.items())


@pytest.mark.slow
def test_the_chapter_shows_any_layer_and_this_photo(page, four) -> None:
    page.selectbox(key="bits_layer").set_value("logits").run()
    assert not page.exception
    levels = four.weights["logits"]
    assert f"{levels.after.sum():,} weights of logits stand on {levels.used} of 15" in told(page)[1]
    photo = page.session_state.convert_photo
    logits = next(job.answer.value for key, job in photo.jobs.items() if "4" in str(key))
    for code, value in zip(LABELS, logits, strict=True):
        assert f"4/4 bits {BY_CODE[code].name} {value:.1f}" in told(page)[2]


@pytest.mark.slow
def test_the_deployed_stages_are_quoted_with_their_command(page, classifier) -> None:
    stages = classifier.entry.metrics["stages"]
    shown = "\n".join(element.value for element in page.markdown)
    assert f"{stages['float']['macro_f1']:.3f} in float" in shown
    assert classifier.entry.record["command"] in shown


def test_the_stored_study_is_drawn_before_and_after_tuning() -> None:
    from ui.convert.study_results import _describe, _draw_dumbbells

    rows = [
        {"variant": "4 bits", "stage": "quantized after training", "score": 0.1},
        {"variant": "4 bits", "stage": "tuned while quantized", "score": 0.5},
    ]
    assert "4 bits, tuned while quantized: 0.500" in _describe(rows, [0.6])
    assert "float: 0.600" in _describe(rows, [0.6])
    assert _draw_dumbbells(rows, [0.6])["layer"]
