"""Shows the sample photos, from which a visitor chooses one."""

from collections.abc import Callable, Sequence

import streamlit as st

from qana.data.samples import (
    ATTRIBUTIONS,
    Sample,
    load_paired_samples,
    load_phone_samples,
    load_samples,
)

THUMBNAIL = 108
"""Width of a small picture, pixels: three in a row on a phone."""
DERMATOSCOPE, PAIRS, PHONE = "Dermatoscope", "Dermatoscope and camera", "Smartphone"
KINDS: dict[str, Callable[[], tuple[Sample, ...]]] = {
    DERMATOSCOPE: load_samples,
    PAIRS: load_paired_samples,
    PHONE: load_phone_samples,
}
"""Name of each kind of samples to the function that loads them."""
PAIRS_CAPTION = "Each lesion twice: through a dermatoscope, then as a close-up with a camera."
ALTERNATIVES = {
    "dermoscopic": "Dermatoscopic photo",
    "close-up": "Close-up photo",
    "smartphone": "Smartphone photo",
}
"""Image type to the first words of the text in place of a thumbnail."""


def show_gallery(on_choose: Callable[[Sample], None]) -> None:
    """Shows the samples of one kind, each with a button.

    Args:
        on_choose: called with the sample that the visitor chooses.
    """
    kind = st.pills(
        "How was the photo taken?",
        list(KINDS),
        default=DERMATOSCOPE,
        required=True,
        key="sample_kind",
        wrap=True,
    )
    samples = KINDS[kind or DERMATOSCOPE]()
    if kind == PAIRS:
        st.caption(PAIRS_CAPTION)
    _show_thumbnails(samples, on_choose)
    st.caption(f"Samples: {ATTRIBUTIONS[samples[0].source]}.")


def _show_thumbnails(samples: Sequence[Sample], on_choose: Callable[[Sample], None]) -> None:
    """Shows a thumbnail and a button for each sample."""
    with st.container(horizontal=True, gap="small", key="gallery"):
        for number, sample in enumerate(samples, start=1):
            with st.container(width=THUMBNAIL, gap="xxsmall"):
                # By its address, because `st.image` decodes its picture in each run of the page.
                st.html(
                    f"<img src='app/static/samples/{sample.image_id}.webp' width='{THUMBNAIL}' "
                    f"height='{THUMBNAIL * 3 // 4}' alt='{ALTERNATIVES[sample.image_type]} "
                    f"{number}' style='display:block;border-radius:0.5rem;object-fit:cover'>"
                )
                st.button(
                    f"Photo {number}",
                    key=sample.image_id,
                    width="stretch",
                    on_click=on_choose,
                    args=(sample,),
                )
