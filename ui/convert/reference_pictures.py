"""Classifies the pictures that a photo is compared with, once for all visitors."""

import streamlit as st

from qana.data.samples import ATTRIBUTION
from qana.inference.classifier import AkidaClassifier
from qana.inference.prediction import Prediction
from qana.walkthrough.layer_events import find_large_lesion, find_plain_skin, make_uniform_grey

SKIN, LESION, GREY = "Plain skin", "Large lesion", "Uniform grey"


@st.cache_resource(show_spinner="Sending it through the network")
def classify_reference(
    name: str, sha256: str, _classifier: AkidaClassifier
) -> tuple[Prediction, str]:
    """Classifies a reference picture with the network of this hash.

    Args:
        name: SKIN, LESION or GREY.
        sha256: of the network's file; with the name, the key of the cache.
        _classifier: the network.

    Returns:
        The answer, and the source of the picture.

    Raises:
        ReferencePictureError: no sample has a corner of plain skin.
    """
    if name == GREY:
        about = "Uniform grey: made, not photographed, every pixel the same; no skin looks like it."
        return _classifier.classify(make_uniform_grey(_classifier.input_size)), about
    found = find_plain_skin() if name == SKIN else find_large_lesion()
    what = (
        f"a corner of {found.image_id} that its lesion's outline proves free, {found.share:.0%} of "
        "the side, enlarged, so it is softer than a photo"
        if name == SKIN
        else f"{found.image_id}, the sample with the largest, {found.share:.0%} of the square"
    )
    return _classifier.classify(found.picture), f"{name}: {what}. {ATTRIBUTION}."
