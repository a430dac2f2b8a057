"""Shows a camera that opens the rear lens, which `st.camera_input` cannot do."""

import base64
import binascii
from pathlib import Path

from ui.component import CAMERA_CSS, register_component

_camera = register_component(Path(__file__).parent, CAMERA_CSS)


def show_camera(key: str, at_foot: bool = False) -> bytes | None:
    """Shows the live picture with a framing circle and a shutter.

    The photo arrives as a trigger that lasts for one run. It never enters the session's state.

    Args:
        key: of the widget.
        at_foot: whether a phone has the shutter at the foot of the screen, within reach of the
            thumb. A page can have only one such camera.

    Returns:
        The JPEG just taken, at most 2400 pixels a side; else None.
    """
    taken = _camera(key=key, data={"at_foot": at_foot}, on_taken_change=lambda: None).taken
    if not taken:
        return None
    try:
        return base64.b64decode(str(taken).partition(",")[2], validate=True)
    except binascii.Error:
        return b""
