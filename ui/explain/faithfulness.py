"""Shows how faithful an explanation method is, as measured on the test lesions."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from qana.data.source_names import TITLES
from qana.explanation.map_request import AKIDA_MAP
from qana.reports.explanation_report import (
    CentreGains,
    ExplanationReport,
    Gain,
    ImageTypeScores,
    MeanAndInterval,
)
from ui.provenance import show_measured

CENTRE, RANDOM = "Centre blob", "Random map"
UNRELATED = 0.3
"""Rank correlation below which two maps count as different."""
WORDS = {
    "energy": "On the lesion",
    "pointing": "Points at it",
    "deletion": "Deletion (lower is better)",
    "insertion": "Insertion (higher is better)",
}
COMPARED = {"energy": "in the share on the lesion", "deletion": "in deletion"}
HELP = (
    "**On the lesion**: the share of the map that lies inside the lesion's outline. **Points at "
    "it**: how often the strongest position lies inside. **Deletion**: the mean probability of the "
    "class while the strongest positions are blurred one by one. **Insertion**: the mean "
    "probability while only the strongest positions are visible."
)

IMAGE_TYPES_HELP = (
    "The map against the centre blob, by image type. Empty maps support nothing; the other columns "
    "leave them out. ROAD is computed by the grad-cam package."
)


def show_faithfulness(method: str, document: ExplanationReport | None, current: bool) -> None:
    """Shows the faithfulness of one method, next to two maps that ignore the photo.

    Args:
        method: name of the method in the document.
        document: report on the methods; None if there is none.
        current: whether the report is about the network that answered.
    """
    st.markdown("**Can this method be trusted?**", help=HELP)
    if document is None or not current:
        st.markdown(
            "No method has been measured for this network yet. `python -m qana explain --data "
            "DIR` measures them."
        )
        return
    if method not in document.methods:
        st.caption(f"{method} has not been measured for this network. Do not rely on it.")
        return
    rows = {
        words: {
            name: _format_cell(getattr(document.methods[name], score))
            for name in dict.fromkeys((method, CENTRE, RANDOM))
        }
        for score, words in WORDS.items()
    }
    st.table(pd.DataFrame(rows).T, border="horizontal")
    st.markdown(describe_gains(method, document.against_centre[method]))
    if method == AKIDA_MAP:
        near, photos = document.against_grad_cam.near, document.photos
        ties = sum((document.against_grad_cam.ties or {}).values())
        st.markdown(
            f"It equals Grad-CAM of the quantized Keras network to 1 % of its range on {near:,} of "
            f"{photos:,} photos{_explain_others(photos - near, ties) if near < photos else ''}."
        )
        left = document.sanity.mean
        st.markdown(
            "After the weights of the head are shuffled, its rank correlation with itself falls "
            f"from 1 to {left:.2f}. So the map shows what was learned, not edges alone."
            if document.sanity.ci95[1] < UNRELATED
            else "After the weights of the head are shuffled, its rank correlation with itself is "
            f"still {left:.2f}. So the map shows much that was never learned."
        )
        if document.image_types:
            st.table(pd.DataFrame(make_image_type_rows(document.image_types)), border="horizontal")
            st.caption(IMAGE_TYPES_HELP)
    show_measured(document.command)
    photos, lesions = document.methods[method].photos, document.lesions
    measured = (
        f"{lesions:,} test lesions, one photo each"
        if photos == document.photos
        else f"{method}: {photos} of {lesions:,} test lesions, because it is slow. The other "
        "methods: all of them"
    )
    st.caption(
        f"{measured}. The lesions cover {document.mask_share:.0%} of the square. The intervals are "
        "95 % intervals over lesions."
    )


def make_image_type_rows(found: Sequence[ImageTypeScores]) -> list[dict[str, str]]:
    """Makes one row of the Akida map for each source and image type."""
    return [
        {
            "Test photos": f"{TITLES[row.source]}, {row.image_type} ({row.photos:,})",
            "Empty": f"{row.empty.mean:.0%}",
            "Deletion": _describe_gain(row.deletion_gain),
            "ROAD": _describe_gain(row.road_gain),
        }
        for row in found
    ]


def _describe_gain(gain: Gain | None) -> str:
    if gain is None:
        return "no map"
    words = "better" if gain.beats else "worse" if gain.ci95[1] < 0 else "no clear difference"
    return f"{words} ({gain.ci95[0]:+.2f} to {gain.ci95[1]:+.2f})"


def _explain_others(others: int, ties: int) -> str:
    if others == ties:
        subject = "the other one differs" if others == 1 else f"the other {others:,} differ"
    else:
        subject = f"of the other {others:,}, {ties:,} differ"
    return f"; {subject} only after a float32 rounding tie of Keras in an earlier layer"


def describe_gains(method: str, gains: CentreGains) -> str:
    """Describes whether a method beats a blob in the centre of the photo.

    Args:
        method: its name.
        gains: its gains over the centre blob.

    Returns:
        One sentence in Markdown.
    """
    won = [words for score, words in COMPARED.items() if getattr(gains, score).beats]
    lost = [words for score, words in COMPARED.items() if getattr(gains, score).ci95[1] < 0]
    level = [words for score, words in COMPARED.items() if words not in (*won, *lost)]
    parts = []
    if won:
        parts.append(f"**beats** the centre blob {' and '.join(won)}")
    if lost:
        parts.append(f"**does worse** than the centre blob {' and '.join(lost)}")
    if level:
        parts.append(f"**does not differ clearly** from the centre blob {' and '.join(level)}")
    return f"{method} " + ", and ".join(parts) + "."


def _format_cell(found: MeanAndInterval) -> str:
    low, high = found.ci95
    return f"{found.mean:.2f} ({low:.2f} to {high:.2f})"
