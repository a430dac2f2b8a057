"""What stands behind the figures: the data, the way to the chip, other tries, the licences."""

from typing import Any

import pandas as pd
import streamlit as st

from qana.data.samples import ATTRIBUTION
from qana.inference.manifest import ModelEntry
from qana.reports import model_facts as facts
from ui.provenance import measured_here


def show_data(report: dict[str, Any]) -> None:
    """The photos of each subset."""
    split = report["split"]
    st.dataframe(pd.DataFrame(facts.photos(report)), hide_index=True)
    overlap = split["overlap"]
    st.caption(
        f"Lesions on two sides: {overlap['lesions']}. Byte-identical images on two sides: "
        f"{overlap['identical_images']}. Split: {split['file']}, SHA-256 {split['sha256'][:12]}."
        if split["file"]
        else "Dealt by the project's rule: these are other data than the stored split's."
    )
    measured_here(report["command"])


def show_stages(report: dict[str, Any], entry: ModelEntry) -> None:
    """What quantization and conversion cost."""
    st.table(pd.DataFrame(facts.stages(report)), border="horizontal", hide_index=True)
    conversion = entry.record.get("conversion")
    if conversion:
        st.caption(
            f"Akida against the quantized Keras network on {conversion['check_photos']} validation "
            f"photos: class equal on all, logits equal to the last bit on "
            f"{conversion['equal_logits']}; in each of the others, a float32 rounding tie of "
            "Keras moved one integer of a layer by one."
        )
    measured_here(entry.record["command"])


def show_study(study: dict[str, Any]) -> None:
    """The table of one study, as its command wrote it."""
    with st.expander(study["title"], icon=":material/science:"):
        st.dataframe(pd.DataFrame(study["rows"], columns=study["columns"]), hide_index=True)
        if study["missing"]:
            st.caption(f"Not measured, or not in every stage, yet: {'; '.join(study['missing'])}.")
        for refused in study.get("refused", ()):
            st.caption(refused)
        st.caption(study["note"])
        measured_here(study["command"])


def show_licences(entry: ModelEntry) -> None:
    """Who made what, and under which terms."""
    st.markdown(
        f"- Photos and samples: {ATTRIBUTION}.\n"
        f"- Weights: {entry.record['licence']}.\n"
        "- Code: Apache-2.0.\n"
        "- Akida engine: BrainChip's proprietary software, personal and internal use; hosting for "
        "third parties needs BrainChip's permission.\n"
        "- Network: ideas of Wang et al., arXiv 2507.15958, and no code of theirs."
    )
