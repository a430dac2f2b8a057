"""Shows the exercise in which a visitor finds the blocks that lose the answer at 4 bits."""

from collections.abc import Collection

import altair as alt
import streamlit as st

from qana.classes import BY_CODE
from qana.data.samples import Sample, load_samples
from qana.imaging import read_image, to_input
from qana.walkthrough.block_graph import Block, build_block_graph
from qana.walkthrough.edited_network import EditedAnswer, load_editable_network
from qana.walkthrough.few_bit_blocks import (
    BITS,
    MOST_BACK,
    list_reducible_blocks,
    reduce_blocks,
)
from qana.walkthrough.stored_results import StoredResults, compute_digest
from ui.chart_data import make_chart, show_chart
from ui.charts import PLOT_HEIGHT
from ui.convert.chapter import show_number
from ui.convert.lesson import get_lesson, show_solved
from ui.convert.photo import WalkthroughPhoto, open_sample
from ui.convert.stored import get_stored

NAME = "bits"
SEEN = "bits_tries"


def show_bits_exercise(photo: WalkthroughPhoto) -> None:
    """Shows the exercise.

    Args:
        photo: the visitor's photo.
    """
    blocks = list_reducible_blocks(_build_graph(photo))
    names = [block.name for block in blocks]
    plain, lost = _run(photo, []), _run(photo, names)
    answer, other = (BY_CODE[one.label].name for one in (plain, lost))
    if plain.label == lost.label:
        st.info(
            f"With {BITS} bits in every block behind the stem, the network still answers {answer} "
            "for this photo, so the photo has no task.",
            icon=":material/info:",
        )
        _offer_sample(photo)
        return
    st.markdown(
        f"**Task.** The deployed network answers **{answer}** for this photo. With the weights of "
        f"every block behind the stem on {2**BITS - 1} levels ({BITS} bits), it answers "
        f"**{other}**. Give at most {MOST_BACK} blocks their 8 bits back so that it answers "
        f"{answer} again. The lead is the logit of {answer} less the largest other one: watch how "
        "far each block moves it. Rounding errors of two blocks can cancel each other, so more "
        "bits can also lower the lead.",
        width=760,
    )
    _show_chance(photo)
    titles = {block.name: block.title for block in blocks}
    back = st.pills(
        f"Blocks with 8 bits, at most {MOST_BACK}",
        names,
        selection_mode="multi",
        format_func=titles.__getitem__,
        key="bits_back",
        bind="query-params",
        on_change=lambda: get_lesson().count_try(NAME),
        wrap=True,
    )
    if len(back) > MOST_BACK:
        st.warning(
            f"{len(back)} blocks have 8 bits, and {MOST_BACK} are allowed: take one away.",
            icon=":material/block:",
        )
        return
    now = _run(photo, [name for name in names if name not in back])
    tries: dict[tuple[str, ...], float] = photo.remember(SEEN, dict)
    lead = now.compute_margin(plain.label)
    if back:
        tries[tuple(name for name in names if name in back)] = lead
    if now.label == plain.label and back:
        kept = " and ".join(titles[name] for name in back)
        show_solved(
            NAME,
            f"With 8 bits in {kept}, the network answers {answer} again, although "
            f"{len(names) - len(back)} blocks have {BITS} bits. For this photo, few places need "
            "their bits. Whether that holds for the network, only many photos can show.",
        )
    show_number(
        f"Lead of {answer}",
        f"{lead:+.2f}",
        f"Answer now: {BY_CODE[now.label].name}. Lead with 8 bits in every block "
        f"{plain.compute_margin(plain.label):+.2f}, with {BITS} in every block "
        f"{lost.compute_margin(plain.label):+.2f}. Computed by the Akida engine on this photo; "
        "biases, activations and the stem stay as deployed, and nothing is tuned again.",
    )
    if tries:
        rows = {" + ".join(titles[name] for name in tried): lead for tried, lead in tries.items()}
        show_chart(_draw_tries(rows), alt=_describe(rows))


def _show_chance(photo: WalkthroughPhoto) -> None:
    """Explains whether this photo can be solved, and offers a sample where that is not certain."""
    stored = get_stored(photo)
    known = stored.lossy_blocks.get(photo.digest, ()) if stored else ()
    if known:
        return
    words = "Nobody has tried yet whether this photo can be solved."
    if known is None:
        words = f"This photo cannot be solved: every choice of {MOST_BACK} blocks was tried."
    st.info(words, icon=":material/info:")
    _offer_sample(photo)


def _offer_sample(photo: WalkthroughPhoto) -> None:
    """Offers a sample that can be solved, if one is known."""
    stored, classifier = get_stored(photo), photo.classifier
    if stored is None:
        return
    choice = _find_sample(classifier.entry.sha256, classifier.input_size, stored)
    if choice is None:
        st.caption("With the present weights, no sample can be solved.")
        return
    st.caption("The sample becomes the photo of all chapters.")
    st.button(
        "Take a sample that can be solved",
        icon=":material/photo_library:",
        type="primary",
        on_click=open_sample,
        args=(choice,),
    )


@st.cache_resource(show_spinner=False)
def _find_sample(sha256: str, size: int, _stored: StoredResults) -> Sample | None:
    """Finds the sample that takes the most blocks to solve, the first one of these."""
    found: list[tuple[int, Sample]] = []
    for sample in load_samples():
        digest = compute_digest(to_input(read_image(sample.path), size))
        if blocks := _stored.lossy_blocks.get(digest):
            found.append((len(blocks), sample))
    return max(found, key=lambda one: one[0])[1] if found else None


def _build_graph(photo: WalkthroughPhoto) -> tuple[Block, ...]:
    graph: tuple[Block, ...] = photo.remember(
        "graph", lambda: build_block_graph(photo.classifier.layers, photo.prediction.layers)
    )
    return graph


def _run(photo: WalkthroughPhoto, reduced: Collection[str]) -> EditedAnswer:
    """Runs the photo with the weights of some blocks on few levels."""
    entry = photo.classifier.entry

    def compute() -> EditedAnswer:
        network = load_editable_network(entry.name, entry.sha256)
        changes = reduce_blocks(network, _build_graph(photo), reduced)
        return network.run(photo.prediction.inputs, changes)

    answer: EditedAnswer = photo.remember(("few bits", *sorted(reduced)), compute)
    return answer


def _draw_tries(rows: dict[str, float]) -> alt.LayerChart:
    data = [
        {"blocks": name, "lead": lead, "answer": "kept" if lead > 0 else "lost"}
        for name, lead in rows.items()
    ]
    base = make_chart(data).encode(
        y=alt.Y("blocks:N", sort="-x", title=None, axis=alt.Axis(labelLimit=260))
    )
    bars = base.mark_bar(cornerRadius=3).encode(
        x=alt.X("lead:Q", title="lead with 8 bits there"),
        color=alt.Color("answer:N", sort=["kept", "lost"], legend=None),
        tooltip=[alt.Tooltip("blocks:N"), alt.Tooltip("lead:Q", format="+.2f")],
    )
    return alt.layer(bars).properties(height=max(90, 34 * len(rows)), autosize=PLOT_HEIGHT)


def _describe(rows: dict[str, float]) -> str:
    return "Lead by blocks with 8 bits: " + "; ".join(
        f"{name} {lead:+.2f}" for name, lead in rows.items()
    )
