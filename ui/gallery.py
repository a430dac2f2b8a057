"""Shows the sample photos, from which a visitor chooses one."""

from collections.abc import Callable

import streamlit as st

from qana.data.samples import ATTRIBUTION, Sample, load_samples

THUMBNAIL = 108
"""Width of a small picture, pixels: three in a row on a phone."""


def show_gallery(on_choose: Callable[[Sample], None]) -> None:
    """Shows the samples, each with a button.

    Args:
        on_choose: called with the sample that the visitor chooses.
    """
    with st.container(horizontal=True, gap="small", key="gallery"):
        for number, sample in enumerate(load_samples(), start=1):
            with st.container(width=THUMBNAIL, gap="xxsmall"):
                # By its address, because `st.image` decodes its picture in each run of the page.
                st.html(
                    f"<img src='app/static/samples/{sample.image_id}.webp' width='{THUMBNAIL}' "
                    f"height='{THUMBNAIL * 3 // 4}' alt='Dermatoscopic photo {number}' "
                    "style='display:block;border-radius:0.5rem'>"
                )
                st.button(
                    f"Photo {number}",
                    key=sample.image_id,
                    width="stretch",
                    on_click=on_choose,
                    args=(sample,),
                )
    st.caption(f"Samples: {ATTRIBUTION}.")
