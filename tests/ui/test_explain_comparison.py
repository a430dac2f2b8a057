"""Two photos or two networks side by side on Explain."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.classes import LABELS
from qana.data.samples import load_paired_samples
from qana.explanation.float_answer import FloatAnswer
from qana.explanation.heatmap import normalize_map, resize_map
from qana.inference import diagnosis as diagnosis_module
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import Diagnosis
from qana.jobs.background_worker import BackgroundWorker, Job
from qana.jobs.messages import Request
from ui.explain import comparison
from ui.explain.comparison import ANSWER_FLOAT, FLOAT, NETWORK, PHOTO, list_other_photos
from ui.explain.linked_pictures import GRID, LinkedSide, encode_side
from ui.explain.session import open_session

PAGE = str(Path(__file__).parents[2] / "pages" / "explain.py")
Sides = list[tuple[LinkedSide, LinkedSide]]


class Quiet(BackgroundWorker):
    """Takes requests and answers none."""

    def submit(self, function: str, **arguments: object) -> Job:
        return Job(Request(1, function, arguments))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Sides:
    """The pairs of sides that the page draws."""
    sides: Sides = []
    monkeypatch.setattr(
        comparison, "show_linked_pictures", lambda pair, _opacity, _key: sides.append(pair)
    )
    return sides


@pytest.fixture
def page(samples, shown: Sides, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    st.cache_resource.clear()
    monkeypatch.setattr("ui.shared_models.BackgroundWorker", Quiet)
    opened = AppTest.from_file(PAGE, default_timeout=240).run()
    opened.button(key=samples[0].image_id).click().run()
    assert not opened.exception and not shown
    yield opened
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    return "\n".join(one.value for kind in (page.markdown, page.caption) for one in kind)


def test_another_network_answers_the_same_pixels(page, shown: Sides) -> None:
    page.pills(key="compared_with").set_value(NETWORK).run()
    page.selectbox(key="compared_network").set_value("akd1000").run()
    assert not page.exception
    left, right = shown[-1]
    assert left.title.startswith("akida2: ") and right.title.startswith("akd1000: ")
    assert np.array_equal(left.photo, right.photo)
    assert left.values is not None and right.values is not None
    assert words(page).count("Needs a professional look:") >= 2
    assert "akida2" not in page.selectbox(key="compared_network").options


def test_what_is_compared_is_classified_once(page, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def diagnose_again(diagnosis: Diagnosis, classifier: AkidaClassifier) -> Diagnosis:
        calls.append(classifier.name)
        return diagnosis_module.diagnose_again(diagnosis, classifier)

    monkeypatch.setattr(comparison, "diagnose_again", diagnose_again)
    page.pills(key="compared_with").set_value(NETWORK).run()
    for name in ("akd1000", "akida2-large", "akd1000"):
        page.selectbox(key="compared_network").set_value(name).run()
        page.run()
    assert not page.exception
    assert sorted(calls) == ["akd1000", "akida2-large"]


def test_the_same_lesion_comes_first_among_the_photos(classifier) -> None:
    pairs = load_paired_samples()
    sample = pairs[0]
    session = open_session(sample.path.read_bytes(), classifier, sample)
    partner = next(one for one in pairs[1:] if one.lesion_id == sample.lesion_id)
    st.session_state.clear()
    found = list(list_other_photos(session).items())
    assert found[0] == (f"The same lesion, {partner.image_type}", partner)
    assert sample not in dict(found).values()


def test_another_photo_is_shown_with_its_own_answer(page, shown: Sides) -> None:
    page.pills(key="compared_with").set_value(PHOTO).run()
    assert not page.exception
    left, right = shown[-1]
    assert not np.array_equal(left.photo, right.photo)
    assert left.supports == right.supports
    assert words(page).count("Recorded: ") >= 2


def test_the_float_network_is_waited_for(page, shown: Sides) -> None:
    page.pills(key="compared_with").set_value(FLOAT).run()
    assert not page.exception
    assert shown[-1][1].values is None
    session = page.session_state.explained
    ((key, job),) = session.float_jobs.items()
    assert job.request.function == ANSWER_FLOAT
    probabilities = np.eye(len(LABELS))[0]
    answer = FloatAnswer(np.zeros(7), probabilities, np.eye(128, dtype=np.float32))
    session.float_answers[key] = answer
    del session.float_jobs[key]
    page.run()
    assert shown[-1][1].values is answer.values
    assert "A float network has no events." in words(page)
    session.float_answers[key] = "It could not be loaded: try again."
    page.run()
    assert "It could not be loaded: try again." in [one.value for one in page.warning]
    page.button(key="float_again").click().run()
    assert key in session.float_jobs and not page.warning


def test_the_browser_gets_the_map_in_percent() -> None:
    values = np.random.default_rng(0).random((8, 8))
    photo = np.full((64, 64, 3), 90, np.uint8)
    made: dict[str, Any] = encode_side(LinkedSide("a", photo, values, "mole"), 0.5)
    expected = 100 * resize_map(normalize_map(values), GRID)
    assert np.abs(np.array(made["percent"]).reshape(GRID, GRID) - expected).max() <= 0.5
    empty = encode_side(LinkedSide("a", photo, None, "mole"), 0.5)
    assert empty["map"] is None and empty["percent"] is None


def test_the_job_gives_the_float_networks_own_answer(square_photos) -> None:
    pytest.importorskip("torch")
    from qana.explanation.float_answer import answer_float
    from qana.jobs.cache import Cache

    cache, asked = Cache(), {"model": "akida2", "inputs": square_photos[0], "label": 4}
    found = answer_float(cache, lambda _words, _share: None, **asked)
    assert found.probabilities.sum() == pytest.approx(1)
    assert found.logits.argmax() == found.probabilities.argmax()
    assert found.values.shape == (128, 128)
