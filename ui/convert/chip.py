"""Shows the chapter on the chip: the network on its processors, pass by pass."""

from collections import Counter

import streamlit as st

from qana.inference.manifest import AKIDA1, ModelEntry, read_manifest
from qana.walkthrough.chip_drawing import ChipMapping
from qana.walkthrough.chip_drawing_reader import AKIDA_1_BITS, DEVICES, FIRST_GENERATION, map_entry
from ui.chart_data import Spec, make_spec, show_chart
from ui.convert.chapter import show_number
from ui.convert.mesh import Layers, draw_mesh, get_mark
from ui.convert.photo import WalkthroughPhoto

TITLE = "On the chip"
IDEA = (
    "On Akida a layer does not share one processor with the others: it moves into **neural "
    "processors** (NPs) of its own, most often with its weights beside it.",
    "A layer that is too large for one is split over several, and a network that is too large for "
    "the chip runs in **passes**: the next layers are loaded over the last ones.",
    "Choose a chip and see how the vendor's own tool places this network on it, or why it will "
    "not.",
)
FIRM, SOFT = "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}"
"""On a phone the long name of a layer may break, and a number stays with its unit."""


def show(photo: WalkthroughPhoto) -> None:
    """Draws the chapter.

    Args:
        photo: the visitor's photo.
    """
    device = st.pills(
        "Chip",
        list(DEVICES),
        default=next(iter(DEVICES)),
        required=True,
        wrap=True,
        key="chip",
        bind="query-params",
    )
    entry = photo.classifier.entry
    mapping = map_on_device(entry.sha256, device, entry)
    if mapping.refusal is None:
        _show_mapping(mapping, f"the deployed model {entry.name}", entry.sha256)
        return
    _explain(mapping, entry.name)
    if device not in FIRST_GENERATION:
        return
    for other in read_manifest():
        if other.target == AKIDA1:
            mapping = map_on_device(other.sha256, device, other)
            _show_mapping(mapping, f"the model {other.name}, trained for Akida 1.0", other.sha256)
            return
    st.info(
        "There is no model for Akida 1.0 in the models folder: make one with `python -m qana train "
        "--data DIR --recipe akd1000`.",
        icon=":material/memory:",
    )


@st.cache_data(max_entries=16, show_spinner="Placing the network")
def map_on_device(sha256: str, device: str, _entry: ModelEntry) -> ChipMapping:
    """Maps a model onto a virtual device, once for all visitors.

    Args:
        sha256: of the model's weights; the key of the cache.
        device: one of `qana.walkthrough.chip_drawing_reader.DEVICES`.
        _entry: the model with these weights.
    """
    return map_entry(_entry, device)


def _explain(mapping: ChipMapping, name: str) -> None:
    refusal, device, generation = mapping.refusal, mapping.device, mapping.mesh.generation
    assert refusal is not None
    reasons = [f"The engine reports: “{refusal.message}”"]
    if refusal.generation != generation:
        made = f"{name} is a model for Akida {refusal.generation}"
        reasons.append(f"{made}; {device} is Akida {generation}.")
    if refusal.missing:
        kinds = ", ".join(f"{kind} ({count}x)" for kind, count in refusal.missing.items())
        reasons.append(
            f"Akida {generation} runs one layer after another and has no counterpart of {kinds}."
        )
    if device in FIRST_GENERATION and refusal.weight_bits > AKIDA_1_BITS:
        reasons.append(
            f"Behind the first layer it takes weights of {AKIDA_1_BITS} bits at most; these have "
            f"{refusal.weight_bits}."
        )
    title = f"**{name} does not run on {device}**\n\n"
    st.warning(title + "\n".join(f"- {one}" for one in reasons), icon=":material/block:")


@st.cache_data(max_entries=32, show_spinner=False)
def _draw_once(sha256: str, device: str, number: int, _mapping: ChipMapping) -> Spec:
    """Draws a pass of the network with this hash, once for all visitors."""
    return make_spec(draw_mesh(_mapping, _number_layers(_mapping, number)))


def _number_layers(mapping: ChipMapping, number: int) -> Layers:
    """Numbers the layers of a pass from the pixels on."""
    before = sum(map(len, mapping.passes[:number]))
    return dict(enumerate(mapping.passes[number], start=before + 1))


def _show_mapping(mapping: ChipMapping, network: str, sha256: str) -> None:
    total, passes = len(mapping.mesh.processors), len(mapping.passes)
    if mapping.refusal is not None:
        words = f"**Does not fit.** The engine reports: “{mapping.refusal.message}”"
        st.warning(words, icon=":material/block:")
        about = f"On {mapping.device} none works for {network}, which does not map."
        show_number("Neural processors at work", f"0 of {total}", about)
        return
    number = 0
    if passes > 1:
        number = st.select_slider(
            "Pass", range(passes), format_func=lambda n: f"{n + 1} of {passes}", width=320
        )
    layers = _number_layers(mapping, number)
    figure, beside = st.columns([3, 2], gap="medium")
    at_work = f"{mapping.count_used(number)} of {total}"
    with figure:
        placed = "; ".join(
            f"{order} {layer.name} on {len(layer.places) or layer.unit}"
            for order, layer in layers.items()
            if layer.unit
        )
        words = f"Mesh of {mapping.device}, pass {number + 1} of {passes}: {at_work} neural "
        words += f"processors at work. Layers and their processors: {placed}."
        show_chart(_draw_once(sha256, mapping.device, number, mapping), alt=words)
        st.caption(_describe_marks(mapping))
    with beside:
        show_number(
            f"Neural processors at work in pass {number + 1} of {passes}",
            at_work,
            f"Mapped here with the vendor's tool: {network} on the virtual device "
            f"{mapping.device} ({mapping.mesh.version}). All that the chip is loaded with, over "
            f"all passes, is {mapping.program_bytes / 1024:,.0f} KB.",
        )
        st.table(_list_rows(layers), border="horizontal")


def _describe_marks(mapping: ChipMapping) -> str:
    marks = Counter(map(get_mark, mapping.mesh.processors))
    fully = " and ".join(f"{count} {mark}" for mark, count in sorted(marks.items()) if mark)
    return (
        "A block is a node; a square in it is a neural processor, with "
        f"{mapping.mesh.weight_bytes / 1024:,.0f} KB for weights, and bears the number of its "
        f"layer; dashed is idle. All can be convolutional (CNP); {fully} can be fully connected "
        "(FNP2 has its weights in external memory, FNP3 in its own). HRC is a unit beside the "
        "mesh for the first convolution; none: the tool gives the layer nothing of its own. Nodes "
        "are written column/row; how the processors lie "
        "within one is our drawing."
    )


def _list_rows(layers: Layers) -> list[dict[str, str]]:
    rows = []
    for order, layer in layers.items():
        nodes = dict.fromkeys(f"{column}/{row}" for column, row, _number in layer.places)
        runs = f"{len(layer.places)}{FIRM}{layer.unit}" if nodes else layer.unit or "none"
        name = layer.name.replace("_", f"_{SOFT}")
        row = {"No.": str(order), "Layer": name, f"Runs{FIRM}on": runs}
        rows.append(row | {"Nodes": ", ".join(nodes)})
    return rows
