"""Shows the conclusion, the race and the paper's claims: what a visitor reads first."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from qana.bench.conclusion import check_claims, conclude
from qana.bench.gpu_baselines import (
    GpuBaselines,
    describe_worth,
    get_mj_per_photo,
    get_ms_per_photo,
    group_baselines,
)
from qana.bench.race import Race, list_pending
from qana.bench.rows import Row
from ui.compare.race import show_race


def show_conclusion(race: Race) -> None:
    """Shows the conclusion in a sentence, and the race.

    Args:
        race: the lanes of all devices with a row.
    """
    with st.container(key="conclusion"):
        st.markdown(f"#### {conclude(race)}")
    show_race(race, list_pending(race), "race")


def show_claims(race: Race, rows: Sequence[Row]) -> None:
    """Shows what the paper claims beside what was found here.

    Args:
        race: the lanes of all devices with a row.
        rows: all rows.
    """
    places = st.columns(2)
    for place, name, claim in zip(
        places, ("Time", "Energy"), check_claims(race, rows), strict=True
    ):
        with place.container(border=True, height="stretch"):
            st.markdown(f"**{name}.** The paper claims {claim.claimed}.\n\n**Here.** {claim.found}")


def show_baselines(rows: Sequence[Row]) -> None:
    """Shows what the choice of each GPU's baseline alone is worth.

    Args:
        rows: all rows.
    """
    found = group_baselines(rows)
    if not found:
        st.markdown(
            "No GPU is measured for this network yet. An NVIDIA card is measured with plain torch, "
            "as one CUDA graph, compiled, in 32 and in 16 bits, one photo and several at a time."
        )
    for baselines in found:
        st.markdown(f"**{baselines.device}**")
        if worth := describe_worth(baselines):
            st.markdown(worth)
        st.dataframe(_tabulate(baselines), hide_index=True)


def _tabulate(baselines: GpuBaselines) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Runtime": row.runtime,
                "Precision": row.precision,
                "Photos at once": row.batch,
                "ms a photo": get_ms_per_photo(row),
                "mJ a photo": get_mj_per_photo(row) if row.energy_mj else None,
                "Limits": row.doubt,
            }
            for row in baselines.rows
        ]
    )
