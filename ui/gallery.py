"""The sample photos, to choose one from."""

from collections.abc import Callable

import streamlit as st

from qana.data.samples import ATTRIBUTION, Sample, load_samples

PHOTO_TYPES = ["jpg", "jpeg", "png", "webp", "heic", "heif", "avif", "tif", "tiff", "bmp", "gif"]
"""Of files that may be uploaded."""
THUMBNAIL = 108  # pixels; three in a row on a phone


def show_gallery(choose: Callable[[Sample], None]) -> None:
    """Test lesions, a button each; `choose` is called with the one that is taken."""
    with st.container(horizontal=True, gap="small", key="gallery"):
        for number, sample in enumerate(load_samples(), start=1):
            with st.container(width=THUMBNAIL, gap="xxsmall"):
                # By its address: what `st.image` is given is decoded in each run of the page.
                st.html(
                    f"<img src='app/static/samples/{sample.image_id}.webp' width='{THUMBNAIL}' "
                    f"height='{THUMBNAIL * 3 // 4}' alt='Dermatoscopic photo {number}' "
                    "style='display:block;border-radius:0.5rem'>"
                )
                st.button(
                    f"Photo {number}",
                    key=sample.image_id,
                    width="stretch",
                    on_click=choose,
                    args=(sample,),
                )
    st.caption(f"Samples: {ATTRIBUTION}.")
