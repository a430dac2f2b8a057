"""Compares two rows with each other and with the claim of the paper."""

import math
from collections.abc import Callable, Sequence

import streamlit as st

from qana.bench.command import RUNTIME_NAMES
from qana.bench.compare_rows import Range, get_energy_range, get_latency_range, is_gpu_row
from qana.bench.conclusion import (
    describe_amount,
    describe_paper_claims,
    describe_speed,
    describe_spread,
)
from qana.bench.race import is_chip_row
from qana.bench.readings import MEASURED
from qana.bench.rows import Row
from ui.compare.hourly_energy import CHOICES, show_hour
from ui.compare.rows import LabelledRow, describe_row, format_number
from ui.compare.source import show_source


def show_comparison(entries: Sequence[LabelledRow]) -> None:
    """Lets the visitor choose two rows, and shows how much faster the first one is.

    Args:
        entries: all rows, in the order to show.
    """
    if not any(entry.row.provenance == MEASURED for entry in entries):
        st.markdown("Nothing is measured yet: measure a device above, or load a result.")
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
        and is_chip_row(ours)
        and is_gpu_row(theirs)
    )
    times = get_latency_range(ours), get_latency_range(theirs)
    energies = get_energy_range(ours.energy_mj), get_energy_range(theirs.energy_mj)
    net = get_energy_range(ours.energy_net_mj), get_energy_range(theirs.energy_net_mj)
    claims = describe_paper_claims() if comparable else ("", "")
    with st.container(horizontal=True):
        _show_ratio("Time of a photo", describe_speed, times, claims[0])
        _show_ratio(
            "Energy of a photo, all that the meter saw", _describe_energy, energies, claims[1]
        )
        _show_ratio("Energy of a photo, power at rest not counted", _describe_energy, net, "")
    with st.container(horizontal=True, vertical_alignment="center"):
        show_source(ours, a.command, "against_a")
        st.markdown("against", width="content")
        show_source(theirs, b.command, "against_b")
    for caution in _list_cautions(ours, theirs):
        st.caption(caution)
    show_hour((a.label, b.label), (ours, theirs))


def _show_ratio(
    label: str,
    describe: Callable[[Range, Range], str],
    numbers: tuple[Range | None, Range | None],
    claimed: str,
) -> None:
    """Shows a ratio in words, and what the intervals leave open."""
    ours, theirs = numbers
    value, spread = "not known", ""
    if ours is not None and theirs is not None:
        value = describe(ours, theirs).removesuffix(" than").removesuffix(" as").removesuffix(" of")
        spread = describe_spread(ours, theirs)
    paper = f"the paper: {claimed}" if claimed else ""
    st.metric(
        label,
        value,
        "; ".join(filter(None, (spread, paper))) or None,
        delta_color="off",
        delta_arrow="off",
        border=True,
    )


def _describe_energy(ours: Range, theirs: Range) -> str:
    return describe_amount(ours, theirs, "energy")


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


def _find_chip(entries: Sequence[LabelledRow]) -> int:
    """Finds a measured chip, else the measured simulator, else a modelled board."""

    def rank(number: int) -> tuple[bool, bool, bool]:
        row = entries[number].row
        akida = row.runtime == RUNTIME_NAMES["akida"] and row.batch == 1
        return (
            not (akida and is_chip_row(row)),
            not akida,
            row.provenance != "modelled",
        )

    return min(range(len(entries)), key=rank)


def _find_gpu(entries: Sequence[LabelledRow]) -> int:
    """Finds the fastest measured GPU, else another measured row, else the GPU of the paper."""

    def rank(number: int) -> tuple[bool, bool, bool, float]:
        row = entries[number].row
        akida = row.runtime == RUNTIME_NAMES["akida"]
        measured = row.provenance == MEASURED and row.batch == 1 and not akida
        return (
            not (measured and is_gpu_row(row)),
            not measured,
            not ("RTX" in row.device and row.runtime == "QANA"),
            row.latency_ms.p50 if measured and is_gpu_row(row) and row.latency_ms else math.inf,
        )

    return min(range(len(entries)), key=rank)
