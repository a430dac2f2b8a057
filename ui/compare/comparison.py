"""Two rows against each other, and against what the paper claims."""

import math
from collections.abc import Sequence

import streamlit as st

from qana.bench.command import RUNTIME_NAMES
from qana.bench.compare_rows import Range, compute_saving, get_energy_range, get_latency_range
from qana.bench.published import compute_paper_ratios
from qana.bench.readings import MEASURED
from qana.bench.rows import Row
from ui.compare.hourly_energy import CHOICES, show_hour
from ui.compare.rows import describe_row, format_number
from ui.compare.source import show_source

Entry = tuple[str, Row, str]
"""Label of a row for the choice, the row, and the command that made its result."""


def show_comparison(entries: Sequence[Entry]) -> None:
    """Choice of two rows; how much time and energy the first saves.

    Args:
        entries: every row that is known, in the order to show.
    """
    paper = compute_paper_ratios()
    st.markdown(
        f"The paper claims **{paper.latency_saved:.1%}** less time and "
        f"**{paper.energy_saved:.1%}** less energy for its network on a chip than on a GPU."
    )
    if not any(row.provenance == MEASURED for _, row, _ in entries):
        st.markdown("Nothing is measured yet to set beside it: press Start, or load a result.")
    known = {entry[0]: entry for entry in entries}
    entries, labels = list(known.values()), list(known)
    left, right = st.columns(2)
    chip, gpu = _chip(entries), _gpu(entries)
    # A new key where a new measurement is the better choice to begin with.
    first = left.selectbox(CHOICES[0], labels, index=chip, key=f"this {labels[chip]}")
    second = right.selectbox(CHOICES[1], labels, index=gpu, key=f"that {labels[gpu]}")
    left.caption(first)  # on a phone the box cuts it off
    right.caption(second)
    a, b = known[first], known[second]
    ours, theirs = a[1], b[1]
    # The claim is of single images, a chip against a GPU: beside anything else it would mislead.
    comparable = (
        all(row.provenance == MEASURED and row.batch == 1 for row in (ours, theirs))
        and _is_chip(ours)
        and _is_gpu(theirs)
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
        show_source(ours, a[2], "against_a")
        st.markdown("against", width="content")
        show_source(theirs, b[2], "against_b")
    for caution in _cautions(ours, theirs):
        st.caption(caution)
    show_hour((a[0], b[0]), (ours, theirs))


def _show_saved(
    words: str, ours: Range | None, theirs: Range | None, claimed: float | None, comparable: bool
) -> None:
    """A share saved with its interval; no single number where even its sign is open."""
    paper = f"the paper: {claimed:.1%}" if claimed and comparable else None
    if ours is None or theirs is None:
        value, spread = "not known", None
    else:
        found = compute_saving(ours, theirs)
        certain = found.low > 0 or found.high < 0
        value = f"{found.value:.1%}" if found.value > 0 else f"{1 - found.value:.1f} times as much"
        value = value if certain else "open"
        # What rest costs may be known so badly that no least share can be named.
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


def _cautions(ours: Row, theirs: Row) -> list[str]:
    found = []
    words = {row.provenance for row in (ours, theirs)} - {MEASURED}
    if words:
        found.append(f"Not all of this was measured: part is {' and '.join(sorted(words))}.")
    if "simulator" in ours.device + theirs.device:
        found.append(
            "The simulator computes what a chip would, bit for bit, and takes the time of this "
            "computer: its milliseconds say nothing about the chip's."
        )
    if ours.energy_mj and theirs.energy_mj and ours.source != theirs.source:
        found.append(
            "Their energies were not counted at the same place: a card, a processor or a board, "
            "each without the computer around it. Tap the words above for what each one saw."
        )
    if ours.batch != theirs.batch:
        found.append("A batch answers all its images at its end: its time an image is a rate.")
    return found


def label_row(row: Row, origin: str) -> str:
    """A row in the list of choices."""
    latency, energy = row.latency_ms, row.energy_mj
    known = [f"{format_number(latency.p50)} ms"] if latency else []
    known += [f"{format_number(energy.value)} mJ"] if energy else []
    return f"{row.runtime}, {describe_row(row)}: {', '.join(known)} ({origin})"


def _is_chip(row: Row) -> bool:
    return row.runtime == RUNTIME_NAMES["akida"] and "simulator" not in row.device


def _is_gpu(row: Row) -> bool:
    return row.runtime in (RUNTIME_NAMES["cuda"], RUNTIME_NAMES["mps"])


def _chip(entries: Sequence[Entry]) -> int:
    """A measured chip, else the measured simulator, else what is modelled."""

    def rank(number: int) -> tuple[bool, bool, bool]:
        row = entries[number][1]
        akida = row.runtime == RUNTIME_NAMES["akida"] and row.batch == 1
        return (
            not (akida and _is_chip(row)),
            not akida,
            row.provenance != "modelled",
        )

    return min(range(len(entries)), key=rank)


def _gpu(entries: Sequence[Entry]) -> int:
    """A measured GPU, else anything else that was measured, else the paper's own GPU."""

    def rank(number: int) -> tuple[bool, bool, bool]:
        row = entries[number][1]
        akida = row.runtime == RUNTIME_NAMES["akida"]
        measured = row.provenance == MEASURED and row.batch == 1 and not akida
        return (
            not (measured and _is_gpu(row)),
            not measured,
            not ("RTX" in row.device and row.runtime == "QANA"),
        )

    return min(range(len(entries)), key=rank)
