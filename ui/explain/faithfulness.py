"""How far a method can be believed: what was measured, beside the map."""

import pandas as pd
import streamlit as st

from qana.reports.explanation_report import CentreGains, ExplanationReport, MeanAndInterval
from ui.provenance import show_measured

AKIDA, CENTRE, RANDOM = "Akida map", "Centre blob", "Random map"
DESTROYED = 0.3
"""Rank correlation below which a map counts as another one."""
WORDS = {
    "energy": "On the lesion",
    "pointing": "Points at it",
    "deletion": "Deletion (lower is better)",
    "insertion": "Insertion (higher is better)",
}
HELP = (
    "**On the lesion**: share of the map's strength within the lesion's mask. **Points at it**: "
    "how often its strongest place is within. **Deletion**: mean probability of the class while "
    "the strongest places are blurred away. **Insertion**: while they alone are shown."
)


def show_faithfulness(method: str, document: ExplanationReport | None, current: bool) -> None:
    """The measured faithfulness of one method against the two maps that know nothing.

    Args:
        method: as the document names it.
        document: of models/explanations.json, if there is one.
        current: whether it is of this very model.
    """
    st.markdown("**Can this method be believed?**", help=HELP)
    if document is None or not current or method not in document.methods:
        st.caption(
            f"{method} was not measured for this model and layer: look at it with doubt."
            if document and current
            else "Nothing was measured for this very model yet; `python -m qana explain --data "
            "DIR` does it."
        )
        return
    rows = {
        words: {
            name: _cell(getattr(document.methods[name], score))
            for name in dict.fromkeys((method, CENTRE, RANDOM))
        }
        for score, words in WORDS.items()
    }
    st.table(pd.DataFrame(rows).T, border="horizontal")
    st.markdown(describe_gains(method, document.against_centre[method]))
    if method == AKIDA:
        near, photos = document.against_grad_cam.near, document.photos
        ties = sum((document.against_grad_cam.ties or {}).values())
        others = (
            f"; {_parted(photos - near, ties)} from it at a float32 rounding tie of Keras in an "
            "earlier layer, and nowhere else"
        )
        st.markdown(
            f"It is grad-cam's Grad-CAM of the quantized Keras network to 1 % of its range on "
            f"{near:,} of {photos:,} photos{others if near < photos else ''}."
        )
        left = document.sanity.mean
        st.markdown(
            f"With the head's weights shuffled its rank correlation with itself falls from 1 to "
            f"{left:.2f}: it shows what was learned, not edges alone."
            if document.sanity.ci95[1] < DESTROYED
            else f"With the head's weights shuffled {left:.2f} of its rank correlation with itself "
            "remains: it shows much that was never learned."
        )
    show_measured(document.command)
    photos, lesions = document.methods[method].photos, document.lesions
    whose = (
        f"{lesions:,} test lesions, a photo each"
        if photos == document.photos
        else f"{method}: {photos} of {lesions:,} test lesions, since it takes long; the others: all"
    )
    st.caption(
        f"{whose}; the lesions cover {document.mask_share:.0%} of the square; 95 % intervals "
        "over lesions."
    )


def _parted(others: int, ties: int) -> str:
    if others == ties:
        return "the other one parts" if others == 1 else f"the other {others:,} part"
    return f"of the other {others:,}, {ties:,} part"


def describe_gains(method: str, gains: CentreGains) -> str:
    """Whether a method beats a guess that every lesion is in the middle, in one sentence."""
    won = [words for score, words in _AGAINST.items() if getattr(gains, score).beats]
    lost = [words for score, words in _AGAINST.items() if getattr(gains, score).ci95[1] < 0]
    level = [words for score, words in _AGAINST.items() if words not in (*won, *lost)]
    parts = []
    if won:
        parts.append(f"**beats** the centre blob {' and '.join(won)}")
    if lost:
        parts.append(f"**does worse** than the centre blob {' and '.join(lost)}")
    if level:
        parts.append(f"**cannot be told** from the centre blob {' and '.join(level)}")
    return f"{method} " + ", and ".join(parts) + "."


_AGAINST = {"energy": "on the share that lies on the lesion", "deletion": "on deletion"}


def _cell(found: MeanAndInterval) -> str:
    low, high = found.ci95
    return f"{found.mean:.2f} ({low:.2f} to {high:.2f})"
