"""Shows the exercise in which a visitor saves events without losing the verdict."""

import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.samples import load_samples
from qana.imaging import read_image, to_input
from qana.walkthrough.edited_network import EditableNetwork, EditedAnswer, load_editable_network
from qana.walkthrough.event_budget import (
    PLAIN_SAVING,
    STEPS,
    compute_saving,
    list_sides,
    raise_thresholds,
)
from ui.convert.chapter import show_number
from ui.convert.lesson import get_lesson, show_solved
from ui.convert.photo import WalkthroughPhoto
from ui.convert.stored import get_stored

NAME = "events"
TRIED = "events_tried"


def show_events_exercise(photo: WalkthroughPhoto) -> None:
    """Shows the exercise.

    Args:
        photo: the visitor's photo.
    """
    network = _load(photo)
    plain = _run(photo, {})
    stored = get_stored(photo)
    known = stored.savings.get(photo.digest) if stored else None
    wanted = known.budget if known else PLAIN_SAVING
    budget = int(plain.events * (1 - wanted))
    answer = BY_CODE[plain.label].name
    st.markdown(
        f"**Task.** Your photo makes {plain.events:,} events. Bring them to **{budget:,} or "
        f"fewer** ({-wanted:.1%}) while the network still answers **{answer}**. A slider raises "
        "the threshold of every rectified layer on maps of one size, in steps of the layer's "
        "output: with 2 steps more, the sums that gave 1 and 2 are silent, and the others give 2 "
        "less. That can also cost events: where an input with a negative weight falls silent, a "
        "later sum grows.",
        width=760,
    )
    result = st.container()  # above the sliders, so that a phone shows both
    thresholds = {}
    with st.container(horizontal=True, gap="medium"):
        for side in list_sides(network.layers):
            thresholds[side] = st.select_slider(
                f"Steps for maps of {side}x{side}",
                STEPS,
                key=f"threshold_{side}",
                bind="query-params",
                width=220,
                on_change=_count_try,
                args=(photo,),
            )
    now = _run(photo, thresholds)
    saving, lead = compute_saving(now, plain.events), now.compute_margin(plain.label)
    with result:
        _show_result(plain, now, budget)
        show_number(
            f"Events; {answer} {'leads' if lead > 0 else 'trails'} by {abs(lead):.2f}",
            f"{now.events:,}",
            f"Budget {budget:,}; {_describe_saving(saving)} so far. Lead without a change "
            f"{plain.compute_margin(plain.label):+.2f}. The Akida engine computes the whole "
            "network with the changed biases, which hold the thresholds. Layers without a "
            "rectifier stay as they are.",
        )
    _show_others(photo, thresholds)


def _count_try(photo: WalkthroughPhoto) -> None:
    """Counts a setting of the sliders that has not been tried for this photo."""
    tried: set[tuple[int, ...]] = photo.remember(TRIED, set)
    sides = list_sides(_load(photo).layers)
    setting = tuple(st.session_state.get(f"threshold_{side}", 0) for side in sides)
    if any(setting) and setting not in tried:
        tried.add(setting)
        get_lesson().count_try(NAME)


def _describe_saving(saving: float) -> str:
    return f"{saving:.1%} saved" if saving >= 0 else f"{-saving:.1%} more"


def _show_result(plain: EditedAnswer, now: EditedAnswer, budget: int) -> None:
    answer, saving = BY_CODE[plain.label].name, compute_saving(now, plain.events)
    if now.label != plain.label:
        st.warning(
            f"The answer is lost: the network answers {BY_CODE[now.label].name}. Lower a "
            "threshold.",
            icon=":material/close:",
        )
    elif now.events <= budget:
        show_solved(
            NAME,
            f"{now.events:,} events, {saving:.1%} fewer, and the network still answers {answer}. "
            "The thresholds were learned with the weights, so a network that should be quiet is "
            "trained to be: raising them afterwards soon costs the answer.",
        )


def _show_others(photo: WalkthroughPhoto, thresholds: dict[int, int]) -> None:
    """Tries the same thresholds on a sample of each class, on demand."""
    key = ("others", *thresholds.values())
    if not any(thresholds.values()):
        return
    if key not in photo.computed and not st.button(
        "Does it hold for other photos?", icon=":material/groups:"
    ):
        return
    same: list[bool] = photo.remember(key, lambda: _try_others(photo, thresholds))
    st.markdown(
        f"With these thresholds, **{sum(same)} of {len(same)}** samples, one of each class, keep "
        "the deployed network's answer. What was tuned on one photo need not hold for another."
    )


def _try_others(photo: WalkthroughPhoto, thresholds: dict[int, int]) -> list[bool]:
    network = _load(photo)
    changes = raise_thresholds(network, thresholds)
    same = []
    for label in LABELS:
        sample = next(sample for sample in load_samples() if sample.label == label)
        inputs = to_input(read_image(sample.path), photo.classifier.input_size)
        same.append(network.run(inputs, changes).label == network.run(inputs, {}).label)
    return same


def _load(photo: WalkthroughPhoto) -> EditableNetwork:
    entry = photo.classifier.entry
    return load_editable_network(entry.name, entry.sha256)


def _run(photo: WalkthroughPhoto, thresholds: dict[int, int]) -> EditedAnswer:
    network = _load(photo)
    key = ("thresholds", *((side, steps) for side, steps in thresholds.items() if steps))
    answer: EditedAnswer = photo.remember(
        key, lambda: network.run(photo.prediction.inputs, raise_thresholds(network, thresholds))
    )
    return answer
