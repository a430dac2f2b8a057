"""A camera that opens the rear lens, which `st.camera_input` cannot ask for."""

import base64
import binascii
from pathlib import Path

from ui.component import CAMERA_CSS, register_component

_camera = register_component(Path(__file__).parent, CAMERA_CSS)


def show_camera(key: str, at_foot: bool = False) -> bytes | None:
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
