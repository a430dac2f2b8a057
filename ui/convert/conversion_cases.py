"""Shows the chapter on failing conversions, and the check that finds what was dropped."""

from html import escape

import streamlit as st

from qana.walkthrough.conversion_cases import (
    CASES,
    ActivationStep,
    BlockForm,
    ConversionOutcome,
    LayerFate,
)
from ui.convert.chapter import show_number
from ui.convert.job_results import get_result
from ui.convert.photo import WalkthroughPhoto
from ui.convert.stored import get_stored

TITLE = "Why conversion breaks things"
IDEA = (
    "Akida computes what its layer list holds, and a sigmoid or a multiplication of two maps is "
    "not on it.",
    "The vendor's converter does not always stop there: it can hand over the layers before the "
    "unknown one as a finished model, and **only warn**.",
    "So a block has to be built from what converts, and every conversion has to be checked for "
    "being whole.",
)
TASK = "qana.walkthrough.conversion_cases_job:run_case"
ARRIVED = "#1f9585"
"""Colour that is visible on light and on dark."""
STYLE = f"""<style>
.layers, .layers ul {{ list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; }}
.layers {{ gap: .55rem; align-items: stretch; }}
.layers ul {{ gap: .25rem; }}
.layers > li {{ border-radius: .8rem; padding: .45rem .6rem .55rem; margin: 0; font-size: .82rem; }}
.layers li.arrived {{ border: 1.5px solid {ARRIVED};
  background: color-mix(in srgb, {ARRIVED} 11%, transparent); }}
.layers li.dropped {{ border: 1.5px dashed color-mix(in srgb, currentColor 38%, transparent); }}
.layers .into {{ font-weight: 650; margin-bottom: .3rem; }}
.layers .dropped .into {{ font-weight: 500; opacity: .75; }}
.layers ul li {{ margin: 0; padding: .1rem .5rem; border-radius: .55rem; font-size: .78rem;
  background: color-mix(in srgb, currentColor 9%, transparent); }}
.layers .arrived ul li {{ background: color-mix(in srgb, {ARRIVED} 24%, transparent); }}
.layers .dropped ul li {{ opacity: .7; text-decoration: line-through; }}
.layers .dropped ul li.first {{ opacity: 1; border: 1.5px solid #d1404f; }}
</style>"""


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter, which does not depend on the photo.

    Args:
        photo: the visitor's photo.
    """
    form = _choose()
    st.markdown(form.about, width=760)
    outcome = get_outcome(photo, form.key)
    if outcome is None:
        st.caption(
            "The vendor's quantizer and converter run on this network in the background: seconds "
            "for a block, half a minute for the whole of QANA, longer for the first who asks. The "
            "page stays usable meanwhile."
        )
        return
    _show_number(outcome)
    show_layers(outcome)
    words, verdict = st.columns([3, 2], gap="large")
    with words:
        show_messages(outcome)
    with verdict:
        show_verdict(outcome)


def get_outcome(photo: WalkthroughPhoto, case: str) -> ConversionOutcome | None:
    """Gets the outcome of a case, stored or computed here; None while it is computed.

    Args:
        photo: the visitor's photo.
        case: key of a `BlockForm`.
    """
    stored = get_stored(photo)
    outcome: ConversionOutcome | None = (
        stored.cases[case] if stored else get_result(TASK, case=case)
    )
    return outcome


def _choose() -> BlockForm:
    names = [case.name for case in CASES]
    name = st.pills(
        "Block",
        names,
        default=names[0],
        required=True,
        key="block",
        bind="query-params",
        wrap=True,
    )
    case = CASES[names.index(name)]
    forms = {form.name: form for form in (case.common, case.spiking)}
    # Each block has a key of its own, so that it opens in its common form.
    chosen = st.segmented_control(
        "Form",
        list(forms),
        default=case.common.name,
        required=True,
        key=f"form_{case.common.key.partition('_')[0]}",
        bind="query-params",
    )
    return forms[chosen]


def _show_number(outcome: ConversionOutcome) -> None:
    total = len(outcome.layers)
    arrived = f"{outcome.arrived} of {total}"
    if outcome.step is None:
        show_number(
            "Layers that arrived",
            arrived,
            "Layers of the Keras network that a layer of the converted model computes, counted on "
            "what the converter returned.",
        )
        return
    step = outcome.step
    show_number(
        f"Quantization step after {step.layer}",
        f"{step.step:.3f}",
        f"{_describe_range(step)} Read from the quantizer, for the channel that reaches highest on "
        f"{outcome.photos} photos. Layers that arrived: {arrived}.",
    )


def _describe_range(step: ActivationStep) -> str:
    return (
        f"Before the activation that channel reaches {step.largest:.1f}; after it, the integers "
        f"end at {step.top:.1f}. Of its activations that are not zero in the float network, "
        f"{step.lost:.1%} become zero."
    )


def show_layers(outcome: ConversionOutcome) -> None:
    """Shows which layers arrived, and what was dropped.

    Args:
        outcome: of one network.
    """
    st.html(STYLE + draw_layers(outcome))
    st.caption(_describe_boxes(outcome))


def draw_layers(outcome: ConversionOutcome) -> str:
    """Draws the network as an ordered list in HTML.

    Each box is an Akida layer with the Keras layers that it computes. What was dropped is struck
    out.
    """
    boxes = [_draw_box(outcome, name, kinds) for name, kinds in _group_by_layer(outcome.layers)]
    words = f"{outcome.arrived} of {len(outcome.layers)} layers of the network arrived"
    return (
        f"<ol class='layers' style='margin:0;padding:0' aria-label='{words}'>{''.join(boxes)}</ol>"
    )


def _group_by_layer(fates: tuple[LayerFate, ...]) -> list[tuple[str | None, list[LayerFate]]]:
    groups: dict[str | None, list[LayerFate]] = {}
    for fate in fates:
        groups.setdefault(fate.into, []).append(fate)
    return list(groups.items())


def _draw_box(outcome: ConversionOutcome, name: str | None, fates: list[LayerFate]) -> str:
    state, head = "arrived", f"{name} · {outcome.akida[name]}" if name else ""
    if name is None:
        state, head = "dropped", "Dropped" if outcome.akida else "Not converted"
    chips = "".join(
        f"<li title='{escape(fate.name)}'"
        f"{' class=first' if fate.name == outcome.left_in_float else ''}>{escape(fate.kind)}</li>"
        for fate in fates
    )
    return f"<li class='{state}'><div class='into'>{escape(head)}</div><ul>{chips}</ul></li>"


def _describe_boxes(outcome: ConversionOutcome) -> str:
    words = []
    if outcome.akida:
        words.append("A solid box is an Akida layer, with the Keras layers that it computes.")
    if outcome.arrived < len(outcome.layers):
        words.append("Struck out: what did not arrive.")
    if outcome.left_in_float:
        kind = next(fate.kind for fate in outcome.layers if fate.name == outcome.left_in_float)
        words.append(
            f"Framed in red: {kind}, the first layer that the quantizer does not know; from there "
            "on it left the network in float."
        )
    if outcome.added:
        words.append(f"Added by the tools: {', '.join(outcome.added)}.")
    return " ".join(words)


def show_messages(outcome: ConversionOutcome) -> None:
    """Shows the warnings and errors of the vendor's tools.

    Args:
        outcome: of one network.
    """
    st.subheader("What the vendor's tools report", anchor=False)
    if not outcome.messages:
        st.markdown("No warning and no error of the quantizer or the converter.")
    for package, words in outcome.messages:
        st.caption(f"`{package}`, its own words")
        st.code(words, language=None, wrap_lines=True)
    if outcome.output_shape:
        shape = "×".join(map(str, outcome.output_shape))
        st.markdown(
            f"What came out is a model that ends in **{shape}**; the network ends in 1×1×7, a "
            "logit a class."
        )
    else:
        st.markdown("No model came out.")


def show_verdict(outcome: ConversionOutcome) -> None:
    """Shows whether our check accepts the network, and why not.

    Args:
        outcome: of one network.
    """
    st.subheader("What our check reports", anchor=False)
    if outcome.refusal is None and outcome.passes:
        passes = ", ".join(f"{count} on {device}" for device, count in outcome.passes.items())
        st.success(
            f"**Accepted.** It ends in seven logits, all {outcome.photos} photos get the same "
            f"class as in Keras, and it maps entirely. Passes: {passes}.",
            icon=":material/check_circle:",
        )
    elif outcome.refusal is None:
        st.error(
            "**Refused** before it could be checked: the quantizer left nothing to convert.",
            icon=":material/block:",
        )
    else:
        st.error(f"**Refused.** {_remove_lines(outcome.refusal)}", icon=":material/block:")


def _remove_lines(sentence: str) -> str:
    """Removes the lines of the vendor's table, which Markdown would read as markup."""
    return " ".join(word for word in sentence.split() if word.strip("_="))
