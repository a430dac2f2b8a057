"""The vendor's tools run on the cases of the chapter, and QANA's check finds their faults."""

from functools import cache

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.errors import UserError
from qana.inference.manifest import DEFAULT_MODEL
from qana.jobs.background_worker import BackgroundWorker, Job
from qana.jobs.cache import Cache
from qana.jobs.messages import Answer, Request
from qana.walkthrough.conversion_cases import CASES, ConversionOutcome, LayerFate
from tests.doubles.stored_doubles import forget_stored_results

pytest.importorskip("tf_keras")

from qana.network.qana import NARROW_STEM

STORE = Cache()
SAID: list[tuple[str, float]] = []


@cache
def outcome(case: str) -> ConversionOutcome:
    """Outcome of the real quantizer and converter."""
    from qana.walkthrough.conversion_cases_job import run_case

    return run_case(STORE, lambda words, share: SAID.append((words, share)), DEFAULT_MODEL, case)


def dropped(found: ConversionOutcome) -> list[str]:
    return [layer.kind for layer in found.layers if layer.into is None]


def test_the_converter_truncates_the_published_gate_and_the_check_refuses_it() -> None:
    found = outcome("attention_published")
    kinds = [layer.kind for layer in found.layers]
    assert dropped(found) == kinds[kinds.index("sigmoid") :]  # a whole tail, from the sigmoid on
    assert 0 < found.arrived < len(found.layers)
    assert found.left_in_float == "block1_gate_conv_activ"
    assert found.output_shape == (16, 16, NARROW_STEM)  # no logits: what came out is a feature map
    package, words = found.messages[-1]
    assert package == "cnn2snn"
    assert "The end of the model is ignored" in words
    assert "logits (Dense)" in words
    assert "converter dropped part of the network" in found.refusal
    assert not found.passes


def test_the_published_squeeze_and_excitation_stops_the_converter() -> None:
    found = outcome("excitation_published")
    assert found.arrived == 0
    assert found.output_shape is None
    assert found.messages[-1][1].startswith("RuntimeError: Invalid block found during conversion")
    assert any("excitation_expand_activ" in words for _package, words in found.messages)
    assert "does not convert" in found.refusal


def test_the_quantizer_quantizes_no_layer_of_the_published_network() -> None:
    found = outcome("network_published")
    assert found.arrived == 0
    assert found.messages[-1][0] == "quantizeml"
    assert "Impossible to quantize" in found.messages[-1][1]
    assert found.refusal is None and not found.passes


def test_the_spiking_attention_is_converted_and_maps() -> None:
    found = outcome("attention_spiking")
    assert dropped(found) == []
    assert found.messages == ()
    assert found.output_shape == (1, 1, 7)
    assert found.refusal is None
    assert found.passes.keys() == {"TwelveNodesIPv2", "SixNodesIPv2"}
    into = {layer.name: layer.into for layer in found.layers}
    assert into["attention_channel_bn"] == "attention_channel_conv"  # folded
    assert into["rescale"] == "stem_conv"
    assert into["average"] == "features_conv"
    assert set(into.values()) | set(found.added) == set(found.akida)


def test_an_activation_without_a_bound_has_a_larger_step() -> None:
    bounded, unbounded = outcome("activation_bounded"), outcome("activation_unbounded")
    assert bounded.arrived == len(bounded.layers) == unbounded.arrived
    assert bounded.refusal is None and unbounded.refusal is None
    assert bounded.step.largest == unbounded.step.largest > 6
    assert bounded.step.top == pytest.approx(6, rel=0.01)
    assert unbounded.step.top == pytest.approx(unbounded.step.largest, rel=0.02)
    for step in (bounded.step, unbounded.step):
        assert step.step * 127 == pytest.approx(step.top)
    assert unbounded.step.step > 5 * bounded.step.step
    assert bounded.step.lost < unbounded.step.lost < 0.2


def test_progress_is_reported_and_the_outcome_is_cached() -> None:
    outcome("network_published")
    assert "Running the vendor's quantizer" in [words for words, _share in SAID]
    assert all(0 <= share <= 1 for _words, share in SAID)
    told = len(SAID)
    outcome.__wrapped__("network_published")
    assert len(SAID) == told


def test_an_unknown_case_raises_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="choose one of attention_published"):
        outcome("attention_improved")


class Waiting(BackgroundWorker):
    """Stores requests; the test answers them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, Job] = {}

    def submit(self, function: str, **arguments: object) -> Job:
        return self.asked.setdefault(str(arguments["case"]), Job(Request(1, "none:none")))


def chapter() -> None:
    from ui.convert import conversion_cases as breaking
    from ui.convert.photo import get_photo

    breaking.show(get_photo())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Job]:
    worker = Waiting()
    st.cache_resource.clear()
    monkeypatch.setattr("ui.shared_models.BackgroundWorker", lambda: worker)
    forget_stored_results(monkeypatch)
    yield worker.asked
    st.cache_resource.clear()


def html(page: AppTest) -> str:
    return page.get("html")[0].proto.body


def test_the_chapter_displays_progress_and_then_the_outcome(asked) -> None:
    page = AppTest.from_function(chapter, default_timeout=240).run()
    assert page.get("progress")
    found = outcome("attention_published")
    asked["attention_published"].answer = Answer(1, done=True, value=found)
    page.run()
    assert not page.exception
    assert not page.get("progress")
    assert page.metric[0].value == f"{found.arrived} of {len(found.layers)}"
    assert html(page).count("<li title=") == len(found.layers)
    dropped_part = html(page).split("class='dropped'")[1]
    assert "sigmoid" in dropped_part and "Multiply" in dropped_part
    assert [code.value for code in page.code] == [words for _package, words in found.messages]
    assert page.error[0].value.startswith("**Refused.** The converter dropped part")
    assert not page.success


def test_one_click_changes_to_the_spiking_form(asked) -> None:
    page = AppTest.from_function(chapter, default_timeout=240).run()
    page.get("button_group")[1].set_value("Spike-compatible").run()
    found = outcome("attention_spiking")
    asked["attention_spiking"].answer = Answer(1, done=True, value=found)
    page.run()
    assert not page.exception
    assert page.metric[0].value == f"{len(found.layers)} of {len(found.layers)}"
    assert "dropped'" not in html(page)
    assert page.success[0].value.startswith("**Accepted.**")
    assert "TwelveNodesIPv2" in page.success[0].value


def test_the_form_of_the_activation_changes_the_step(asked) -> None:
    page = AppTest.from_function(chapter, default_timeout=240).run()
    page.get("button_group")[0].set_value("Activation").run()
    asked["activation_unbounded"].answer = Answer(
        1, done=True, value=outcome("activation_unbounded")
    )
    page.run()
    assert page.metric[0].value == f"{outcome('activation_unbounded').step.step:.3f}"


def test_every_case_of_the_page_can_be_run() -> None:
    from qana.walkthrough.small_networks import BLOCKS

    keys = {form.key for case in CASES for form in (case.common, case.spiking)}
    assert keys == {*BLOCKS, "network_published", "network_spiking"}


def test_layer_fates_count_converted_layers() -> None:
    fates = (LayerFate("a", "Conv2D", "a"), LayerFate("b", "sigmoid", None))
    made = ConversionOutcome(
        fates, {"a": "Conv2D", "q": "Quantizer"}, (), None, None, None, {}, None, 1
    )
    assert made.arrived == 1
    assert made.added == ("q",)
