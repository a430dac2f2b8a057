"""Compares two rows with each other and with the claim of the paper."""

import math
from collections.abc import Sequence

import streamlit as st

from qana.bench.command import RUNTIME_NAMES
from qana.bench.compare_rows import (
    Range,
    compute_saving,
    get_energy_range,
    get_latency_range,
    is_gpu_row,
)
from qana.bench.published import compute_paper_ratios
from qana.bench.readings import MEASURED
from qana.bench.rows import Row
from ui.compare.hourly_energy import CHOICES, show_hour
from ui.compare.rows import LabelledRow, describe_row, format_number
from ui.compare.source import show_source


def show_comparison(entries: Sequence[LabelledRow]) -> None:
    """Lets the visitor choose two rows, and shows how much time and energy the first one saves.

    Args:
        entries: all rows, in the order to show.
    """
    paper = compute_paper_ratios()
    st.markdown(
        f"The paper claims **{paper.latency_saved:.1%}** less time and "
        f"**{paper.energy_saved:.1%}** less energy for its network on a chip than on a GPU."
    )
    if not any(entry.row.provenance == MEASURED for entry in entries):
        st.markdown("Nothing is measured yet to compare with it: press Start, or load a result.")
    known = {entry.label: entry for entry in entries}
    entries, labels = list(known.values()), list(known)
    left, right = st.columns(2)
    chip, gpu = _find_chip(entries), _find_gpu(entries)
    # The key changes when a new measurement becomes the better default.
    first = left.selectbox(CHOICES[0], labels, index=chip, key=f"this {labels[chip]}")
    second = right.selectbox(CHOICES[1], labels, index=gpu, key=f"that {labels[gpu]}")
    left.caption(first)  # on a phone the box cuts the label off
    right.caption(second)
    a, b = known[first], known[second]
    ours, theirs = a.row, b.row
    # The claim is about single images on a chip and on a GPU. It would mislead for anything else.
    comparable = (
        all(row.provenance == MEASURED and row.batch == 1 for row in (ours, theirs))
        and _is_chip(ours)
        and is_gpu_row(theirs)
    )
    with st.container(horizontal=True):
        _show_saved(
            "Less time an image",
            get_latency_range(ours),
            get_latency_range(theirs),
            paper.latency_saved,
            comparable,
        )
        _show_saved(
            "Less energy an image, all that the meter saw",
            get_energy_range(ours.energy_mj),
            get_energy_range(theirs.energy_mj),
            paper.energy_saved,
            comparable,
        )
        _show_saved(
            "Less energy, power at rest not counted",
            get_energy_range(ours.energy_net_mj),
            get_energy_range(theirs.energy_net_mj),
            None,
            comparable,
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        show_source(ours, a.command, "against_a")
        st.markdown("against", width="content")
        show_source(theirs, b.command, "against_b")
    for caution in _list_cautions(ours, theirs):
        st.caption(caution)
    show_hour((a.label, b.label), (ours, theirs))


def _show_saved(
    words: str, ours: Range | None, theirs: Range | None, claimed: float | None, comparable: bool
) -> None:
    """Shows a saving with its interval, and no single number if even its sign is uncertain."""
    paper = f"the paper: {claimed:.1%}" if claimed and comparable else None
    if ours is None or theirs is None:
        value, spread = "not known", None
    else:
        found = compute_saving(ours, theirs)
        certain = found.low > 0 or found.high < 0
        value = f"{found.value:.1%}" if found.value > 0 else f"{1 - found.value:.1f} times as much"
        value = value if certain else "open"
        # The idle power can be so uncertain that there is no lower bound.
        low = "at most" if math.isinf(found.low) else f"{found.low:.1%} to"
        spread = None if found.low == found.high else f"{low} {found.high:.1%}"
    st.metric(
        words,
        value,
        "; ".join(part for part in (spread, paper) if part) or None,
        delta_color="off",
        delta_arrow="off",
        border=True,
    )


def _list_cautions(ours: Row, theirs: Row) -> list[str]:
    found = []
    words = {row.provenance for row in (ours, theirs)} - {MEASURED}
    if words:
        found.append(f"Not all of this was measured: part is {' and '.join(sorted(words))}.")
    if "simulator" in ours.device + theirs.device:
        found.append(
            "The simulator computes the same integers as a chip, but in this computer's time. Its "
            "milliseconds do not predict those of a chip."
        )
    if ours.energy_mj and theirs.energy_mj and ours.source != theirs.source:
        found.append(
            "Their energies were measured at different places: a card, a processor or a board, "
            "without the rest of the computer. The buttons above show what each meter covers."
        )
    if ours.batch != theirs.batch:
        found.append(
            "All images of a batch are answered together, so its time per image is a rate."
        )
    return found


def label_row(row: Row, origin: str) -> str:
    """Labels a row in the list of choices."""
    latency, energy = row.latency_ms, row.energy_mj
    known = [f"{format_number(latency.p50)} ms"] if latency else []
    known += [f"{format_number(energy.value)} mJ"] if energy else []
    return f"{row.runtime}, {describe_row(row)}: {', '.join(known)} ({origin})"


def _is_chip(row: Row) -> bool:
    return row.runtime == RUNTIME_NAMES["akida"] and "simulator" not in row.device


def _find_chip(entries: Sequence[LabelledRow]) -> int:
    """Finds a measured chip, else the measured simulator, else a modelled board."""

    def rank(number: int) -> tuple[bool, bool, bool]:
        row = entries[number].row
        akida = row.runtime == RUNTIME_NAMES["akida"] and row.batch == 1
        return (
            not (akida and _is_chip(row)),
            not akida,
            row.provenance != "modelled",
        )

    return min(range(len(entries)), key=rank)


def _find_gpu(entries: Sequence[LabelledRow]) -> int:
    """Finds a measured GPU, else any other measured row, else the GPU of the paper."""

    def rank(number: int) -> tuple[bool, bool, bool]:
        row = entries[number].row
        akida = row.runtime == RUNTIME_NAMES["akida"]
        measured = row.provenance == MEASURED and row.batch == 1 and not akida
        return (
            not (measured and is_gpu_row(row)),
            not measured,
            not ("RTX" in row.device and row.runtime == "QANA"),
        )

    return min(range(len(entries)), key=rank)
