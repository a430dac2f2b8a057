"""A component of our own: HTML, CSS and JavaScript in a folder, mounted by Streamlit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

CAMERA_CSS = (Path(__file__).parent / "lens.css").read_text(encoding="utf-8")
"""How a square picture with a circle and controls looks: camera and framing."""


def register_component(folder: Path, look: str = "") -> Callable[..., Any]:
    """Registers NAME.html, NAME.css and NAME.js of the folder NAME.

    Args:
        folder: of the component.
        look: CSS that it shares with others, before its own.

    Returns:
        what draws it, as `st.components.v2.component` gives it.
    """
    html, css, js = (
        (folder / f"{folder.name}.{kind}").read_text(encoding="utf-8")
        for kind in ("html", "css", "js")
    )
    return st.components.v2.component(f"qana_{folder.name}", html=html, css=look + css, js=js)
