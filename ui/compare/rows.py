"""Shows the rows of a result so that a phone can show them, too."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from qana.bench.rows import Row
from ui.compare.source import show_source


class LabelledRow(NamedTuple):
    """A row that can be chosen for a comparison.

    Attributes:
        label: its label in the list of choices.
        row: the row.
        command: the command that made its result.
    """

    label: str
    row: Row
    command: str


def show_rows(rows: Sequence[Row], command: str, key: str, machine: str = "") -> None:
    """Shows each row as a card.

    Args:
        rows: rows of one result.
        command: the command that made the result.
        key: prefix of the keys, unique on the page.
        machine: machine that measured them; empty for this one.
    """
    for number, row in enumerate(rows):
        with st.container(border=True):
            what, time, energy, source = st.columns(
                [4, 2.4, 2.8, 1.6], gap="small", vertical_alignment="center"
            )
            with what:
                st.markdown(f"**{row.runtime}**")
                st.caption(describe_row(row))
            with time:
                _show_time(row)
            with energy:
                _show_energy(row)
            with source:
                show_source(row, command, f"{key}{number}", machine)


def describe_row(row: Row) -> str:
    """Describes the device, precision and batch of a row."""
    batch = "" if row.batch == 1 else f"{row.batch} images at once"
    return ", ".join(part for part in (row.device, row.precision, batch) if part)


def format_number(value: float) -> str:
    """Formats a number with three significant digits and without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")


def _show_time(row: Row) -> None:
    latency, rate = row.latency_ms, row.images_per_second
    if latency is None or rate is None:
        st.caption("No time is given")
        return
    st.markdown(f"**{format_number(latency.p50)} ms**")
    spread = ""
    if latency.p5 is not None and latency.p95 is not None:
        spread = f"90 % in {format_number(latency.p5)} to {format_number(latency.p95)} ms, "
    elif latency.low is not None and latency.high is not None:
        spread = f"{format_number(latency.low)} to {format_number(latency.high)} ms, "
    st.caption(f"{spread}{format_number(rate)} images a second")


def _show_energy(row: Row) -> None:
    energy, net = row.energy_mj, row.energy_net_mj
    if energy is None:
        st.markdown(":gray-badge[energy not measurable]" if row.not_measurable else "")
        if row.not_measurable:
            st.caption(row.not_measurable.reason)
        return
    st.markdown(f"**{format_number(energy.value)} mJ** an image")
    spread = ""
    if energy.low < energy.high:
        spread = f"{format_number(energy.low)} to {format_number(energy.high)} mJ"
    if net and row.idle_watts is not None:
        spread += (
            f"; {format_number(net.value)} mJ without {format_number(row.idle_watts)} W at rest"
        )
    st.caption(spread or "No interval is given")
