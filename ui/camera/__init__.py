"""A camera that opens the rear lens, which `st.camera_input` cannot ask for."""

import base64
import binascii
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_camera = st.components.v2.component(
    "qana_camera",
    html=(_HERE / "camera.html").read_text(encoding="utf-8"),
    css=(_HERE / "camera.css").read_text(encoding="utf-8"),
    js=(_HERE / "camera.js").read_text(encoding="utf-8"),
)


def camera(key: str, at_foot: bool = False) -> bytes | None:
    """Live picture with a framing circle and a shutter.

    The picture arrives as a trigger, for one rerun only: it never enters the session's state.

    Args:
        key: of the widget.
        at_foot: on a phone the shutter lies at the foot of the screen, under the thumb; for a page
            with one camera.

    Returns:
        The JPEG just taken, at most 2400 pixels a side, else None.
    """
    taken = _camera(key=key, data={"at_foot": at_foot}, on_taken_change=lambda: None).taken
    if not taken:
        return None
    try:
        return base64.b64decode(str(taken).partition(",")[2], validate=True)
    except binascii.Error:
        return b""
