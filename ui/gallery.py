"""The sample photos, to choose one from."""

from collections.abc import Callable

import streamlit as st

from qana.samples import ATTRIBUTION, Sample, load_samples

TYPES = ["jpg", "jpeg", "png", "webp", "heic", "heif", "avif", "tif", "tiff", "bmp", "gif"]
"""Of files that may be uploaded."""
THUMBNAIL = 108  # pixels; three in a row on a phone


def show_gallery(choose: Callable[[Sample], None]) -> None:
    """Test lesions, a button each; `choose` is called with the one that is taken."""
    with st.container(horizontal=True, gap="small", key="gallery"):
        for number, sample in enumerate(load_samples(), start=1):
            with st.container(width=THUMBNAIL, gap="xxsmall"):
                st.image(str(sample.path), width=THUMBNAIL, alt=f"Dermatoscopic photo {number}")
                st.button(
                    f"Photo {number}",
                    key=sample.image_id,
                    width="stretch",
                    on_click=choose,
                    args=(sample,),
                )
    st.caption(f"Samples: {ATTRIBUTION}.")
