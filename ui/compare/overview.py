"""Shows the conclusion, the race and the paper's claims: what a visitor reads first."""

import streamlit as st

from qana.bench.conclusion import check_claims, conclude
from qana.bench.race import Race, list_pending
from ui.compare.race import show_race


def show_conclusion(race: Race) -> None:
    """Shows the conclusion in a sentence, and the race.

    Args:
        race: the lanes of all devices with a row.
    """
    with st.container(key="conclusion"):
        st.markdown(f"#### {conclude(race)}")
    show_race(race, list_pending(race), "race")


def show_claims(race: Race) -> None:
    """Shows what the paper claims beside what was found here.

    Args:
        race: the lanes of all devices with a row.
    """
    places = st.columns(2)
    for place, name, claim in zip(places, ("Time", "Energy"), check_claims(race), strict=True):
        with place.container(border=True, height="stretch"):
            st.markdown(f"**{name}.** The paper claims {claim.claimed}.\n\n**Here.** {claim.found}")
