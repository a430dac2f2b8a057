"""Gets the stored results of the page, once for all visitors, or explains why there are none."""

import numpy as np
import streamlit as st

from qana.data.samples import load_calibration_photos
from qana.inference.manifest import ModelEntry
from qana.walkthrough.float_layers import FloatNetwork, load_float_network
from qana.walkthrough.stored_results import StaleResultsError, StoredResults, read_stored_results
from ui.convert.photo import WalkthroughPhoto


@st.cache_resource(show_spinner=False)
def _read_once(name: str, sha256: str, _entry: ModelEntry) -> StoredResults | StaleResultsError:
    """Reads the results of the network with this hash, once for all visitors."""
    try:
        return read_stored_results(_entry)
    except StaleResultsError as error:
        return error


@st.cache_resource(show_spinner="Reading the float network")
def _find_ranges(name: str, sha256: str) -> dict[str, np.ndarray]:
    """Finds the ranges of the activations where none are stored, in seconds."""
    return dict(load_float_network(name, sha256).find_highest(load_calibration_photos()))


def get_stored(photo: WalkthroughPhoto) -> StoredResults | None:
    """Gets the stored results of the network that answered; None if they are of other weights.

    Args:
        photo: the visitor's photo.
    """
    found = _read(photo)
    return found if isinstance(found, StoredResults) else None


def show_stale_note(photo: WalkthroughPhoto) -> None:
    """Explains once a page that results are computed here, where none are stored.

    Args:
        photo: the visitor's photo.
    """
    found = _read(photo)
    if isinstance(found, StaleResultsError):
        st.warning(
            f"{found} Until then this server computes them, one visitor after the other, and some "
            "take minutes.",
            icon=":material/hourglass:",
        )


def get_float_network(photo: WalkthroughPhoto) -> tuple[FloatNetwork, dict[str, np.ndarray]]:
    """Gets the float network and the ranges of its activations.

    Args:
        photo: the visitor's photo.

    Raises:
        UserError: the model has no float form, or its file is missing or changed.
    """
    entry = photo.classifier.entry
    stored = get_stored(photo)
    highest = dict(stored.highest) if stored else _find_ranges(entry.name, entry.sha256)
    return load_float_network(entry.name, entry.sha256), highest


def _read(photo: WalkthroughPhoto) -> StoredResults | StaleResultsError:
    entry = photo.classifier.entry
    return _read_once(entry.name, entry.sha256, entry)
