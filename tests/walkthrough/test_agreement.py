"""Every integer of every layer is compared for a photo."""

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

pytest.importorskip("tf_keras")

from qana.conversion.compare_layers import find_differences
from qana.data.balanced_subset import load_balanced_subset
from qana.jobs.cache import Cache
from qana.walkthrough.agreement_job import compare_networks
from tests.doubles.job_doubles import Instant
from tests.doubles.stored_doubles import forget_stored_results

MODEL = "akida2"


@pytest.fixture(scope="module")
def store(keras_forms, classifier) -> Cache:
    kept = Cache()
    kept.get(("form", classifier.entry.sha256, "quantized"), lambda: keras_forms["quantized"])
    return kept


def quiet(words: str, share: float) -> None:
    assert words
    assert 0 <= share <= 1


def test_every_layer_is_compared(store, classifier) -> None:
    found = compare_networks(store, quiet, MODEL, load_balanced_subset()[0][0])
    outputs = classifier.record_layers(load_balanced_subset()[0][0])
    compared = [layer.name for layer in found.layers]
    assert compared == [name for name in outputs if name not in found.not_compared]
    assert compared[-1] == "logits"
    assert len(found.not_compared) < 3
    assert found.values == sum(
        output.size for name, output in outputs.items() if name in {x.name for x in found.layers}
    )
    assert found.same_class


@pytest.mark.slow
def test_networks_agree_on_photos_except_for_ties(store, keras_forms, classifier) -> None:
    import akida

    photos = load_balanced_subset()[0][:6]
    found = [compare_networks(store, quiet, MODEL, photo) for photo in photos]
    model = akida.Model(str(classifier.entry.path))
    parted = {
        int(photo): one.layer
        for one in find_differences(keras_forms["quantized"], model, photos)
        for photo in one.photos
    }
    assert {number for number, one in enumerate(found) if one.differing} == set(parted)
    for number, layer in parted.items():
        assert found[number].first_departure.name == layer
        assert found[number].first_departure.largest == 1
    equal = [one for one in found if not one.differing]
    assert len(equal) > len(found) / 2
    assert all(one.logits == 0 for one in equal)


def test_one_changed_integer_is_found(store, classifier, monkeypatch) -> None:
    photo = load_balanced_subset()[0][0]
    recorder = store.get(("recorder", classifier.entry.sha256), pytest.fail)
    outputs = recorder.record(photo)
    name = next(iter(outputs))
    outputs[name] = outputs[name].astype(np.int16)
    outputs[name][0, 0, 0] += 2
    monkeypatch.setattr(recorder, "record", lambda image: outputs)
    found = compare_networks(store, quiet, MODEL, photo)
    assert (found.layers[0].differing, found.layers[0].largest) == (1, 2)


def chapter() -> None:
    from ui.convert import agreement
    from ui.convert.photo import get_photo

    agreement.show(get_photo())


def test_the_chapter_has_the_number_of_differing_integers(store, monkeypatch) -> None:
    st.cache_resource.clear()
    monkeypatch.setattr("ui.shared_models.BackgroundWorker", lambda: Instant(store))
    forget_stored_results(monkeypatch)
    page = AppTest.from_function(chapter, default_timeout=240).run()
    st.cache_resource.clear()
    assert not page.exception
    photo = page.session_state.convert_photo
    found = compare_networks(store, quiet, MODEL, photo.prediction.inputs)
    assert page.metric[0].value == f"{found.differing} of {found.values:,}"
    verdict = page.info if found.differing else page.success
    assert len(verdict) == 1
    told = page.get("vega_lite_chart")[0].proto.alt
    assert all(
        f"{layer.name} {layer.differing} of {layer.values}" in told for layer in found.layers
    )
