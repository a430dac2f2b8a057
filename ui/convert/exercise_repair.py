"""Shows the exercise in which a visitor repairs a block until it maps."""

import streamlit as st

from qana.errors import UserError
from qana.walkthrough.block_repair import (
    BITS,
    FOLLOWERS,
    GATES,
    JOINS,
    START,
    BlockDesign,
    is_repaired,
    read_repairs,
)
from ui.convert.conversion_cases import show_layers, show_messages, show_verdict
from ui.convert.lesson import get_lesson, show_solved
from ui.convert.photo import WalkthroughPhoto

NAME = "repair"
CHECKED = "repair_checked"
"""Key of the design that was converted last."""


def show_repair_exercise(photo: WalkthroughPhoto) -> None:
    """Shows the exercise. It does not depend on the photo.

    Args:
        photo: the visitor's photo.
    """
    st.markdown(
        "**Task.** This attention gate is built as published, and it does not run on Akida. Change "
        "it until the vendor's tools convert the whole network and map it onto both chips of Akida "
        "2.0, TwelveNodesIPv2 and SixNodesIPv2. Read what the tools and our check report after "
        "each try: it names the next fault.",
        width=760,
    )
    try:
        outcomes = read_repairs()
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    design = _choose()
    st.button(
        "Convert and map",
        icon=":material/play_arrow:",
        type="primary",
        on_click=_check,
        args=(design,),
    )
    checked = st.session_state.get(CHECKED)
    if checked is None:
        st.caption("Nothing has been converted yet: press the button to see the first fault.")
        return
    if checked != design:
        st.caption("You have changed the block since: press the button to convert it again.")
    outcome = outcomes[checked.key]
    if is_repaired(outcome):
        passes = " and ".join(f"{count} on {device}" for device, count in outcome.passes.items())
        show_solved(
            NAME,
            f"The whole network converts, agrees with Keras and maps: passes {passes}. Akida has "
            "no sigmoid and no product of two maps, but a ReLU and a sum convert. Whether such a "
            "gate serves the network as well, only training shows.",
        )
    else:
        show_verdict(outcome)
    show_layers(outcome)
    show_messages(outcome)
    st.caption(
        "The vendor's quantizer and converter and our check ran on every combination of these "
        "choices, and their words are shown as they came: "
        "`python -m qana walkthrough --designs` repeats that."
    )


def _choose() -> BlockDesign:
    left, right = st.columns(2, gap="large")
    with left:
        gate = _offer("Activation of the gate", GATES, START.gate, "repair_gate")
        join = _offer("The gate meets the features", JOINS, START.join, "repair_join")
    with right:
        follower = _offer("Behind the block", FOLLOWERS, START.follower, "repair_follower")
        bits = st.pills(
            "Bits of weights / activations",
            list(BITS.values()),
            default=BITS[START.bits],
            required=True,
            key="repair_bits",
            bind="query-params",
            wrap=True,
        )
    pairs = {text: pair for pair, text in BITS.items()}
    return BlockDesign(gate, join, follower, pairs[bits])


def _offer(label: str, options: dict[str, str], start: str, key: str) -> str:
    chosen = st.pills(
        label,
        list(options),
        default=start,
        format_func=options.__getitem__,
        required=True,
        key=key,
        bind="query-params",
        wrap=True,
    )
    return str(chosen)


def _check(design: BlockDesign) -> None:
    st.session_state[CHECKED] = design
    get_lesson().count_try(NAME)
