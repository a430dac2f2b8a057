"""Shows the modelled boards: the estimate, the formula, and how well it predicts."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from qana.bench.board_model import BoardModel, fit_board_models
from qana.bench.readings import MODELLED, PUBLISHED
from qana.bench.rows import Row
from ui.compare.rows import format_number, show_rows
from ui.compare.source import show_sources

NAMES = {
    "energy": "energy of an image",
    "dynamic": "energy above the board's floor",
    "latency": "latency",
}
FITTED = "AKD1500"
"""The board with enough published figures to fit a model."""


def show_models(rows: Sequence[Row], command: str) -> None:
    """Shows what the boards would need, and each model with its formula and its test.

    Args:
        rows: modelled rows.
        command: the command that prints them.
    """
    st.markdown(
        "No chip was measured here. Power laws are fitted to all of the vendor's published figures "
        "for a board, one for each mapping mode: Minimal uses the fewest neural processors, AllNPs "
        "more of them, HwPr all of them in more passes, and best is whichever needs the least "
        "energy. They estimate what a network with as many operations would need there. Where it "
        "predicts better, only operations on non-zero activations count."
    )
    show_rows(rows, command, "modelled")
    st.markdown("**How good is the fit?**")
    for model in fit_board_models():
        _show_test(model)


def show_published_rows(rows: Sequence[Row], command: str) -> None:
    """Shows published rows as cards, and those of the fitted board as a table.

    Args:
        rows: published rows.
        command: the command that prints them.
    """
    show_rows([row for row in rows if row.device != FITTED], command, "published")
    st.markdown(f"**{FITTED}**: the vendor's figures, to which the models above are fitted")
    fitted = [row for row in rows if row.device == FITTED]
    show_sources(PUBLISHED, (row.source for row in fitted), "published-table")
    table = [
        {
            "Network": row.runtime,
            "ms": row.latency_ms.p50 if row.latency_ms else None,
            "mJ": row.energy_mj.value,
            "mJ above the floor": row.energy_net_mj.value if row.energy_net_mj else None,
            "Doubtful because": row.doubt,
            "Published in": row.source,
        }
        for row in fitted
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True)


def _show_test(model: BoardModel) -> None:
    found = model.held_out
    inside = sum(one.inside for one in found)
    st.markdown(
        f"**{model.board}, {model.mapping} mapping, {NAMES[model.quantity]}:** `{model.formula}`. "
        f"Each figure was left out in turn and predicted from the others: **{inside} of "
        f"{len(found)}** are inside their {model.rate:.0%} interval. {model.error}"
    )
    table = [
        {
            "Network": one.network,
            "Published": format_number(one.published),
            "Predicted": format_number(one.predicted),
            "Interval": f"{format_number(one.low)} to {format_number(one.high)}",
            "Inside": "yes" if one.inside else "no",
        }
        for one in found
    ]
    key = f"{model.board}-{model.mapping}-{model.quantity}"
    with st.container(horizontal=True):
        show_sources(PUBLISHED, (point.source for point in model.points), f"fitted-{key}")
        show_sources(
            MODELLED,
            [model.predict(model.points[0].mmac, model.points[0].sparsity).source],
            f"predicted-{key}",
        )
    st.dataframe(pd.DataFrame(table), hide_index=True)
