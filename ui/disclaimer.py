"""Shows the limits of the network that answers: no medical device, dark skin, smartphone photos."""

import streamlit as st

from qana.inference.manifest import ModelEntry
from qana.reports.source_facts import describe_dark_skin, describe_phone_photos, read_valid_report

NO_DEVICE = (
    "**Not a medical device.** For research and teaching only. No answer here confirms that a "
    "lesion is harmless. Show a changing, bleeding or new spot to a doctor."
)


def show_disclaimer(entry: ModelEntry, remark: str = "") -> None:
    """Shows the disclaimer of a page.

    Args:
        entry: the network that answers on the page.
        remark: a sentence of the page that follows the disclaimer.
    """
    sentences = (NO_DEVICE, describe_dark_skin(read_valid_report(entry)), remark)
    st.caption(" ".join(filter(None, sentences)))


def show_phone_accuracy(entry: ModelEntry) -> None:
    """Shows how many smartphone photos a network classifies correctly.

    Args:
        entry: the network that answers on the page.
    """
    st.caption(describe_phone_photos(read_valid_report(entry)))
