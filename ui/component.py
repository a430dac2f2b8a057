"""Registers our own Streamlit components: HTML, CSS and JavaScript in one folder each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

CAMERA_CSS = (Path(__file__).parent / "lens.css").read_text(encoding="utf-8")
"""Style of a square picture with a circle and controls, which camera and framing share."""


def register_component(folder: Path, shared_css: str = "") -> Callable[..., Any]:
    """Registers the component in NAME.html, NAME.css and NAME.js of a folder NAME.

    Args:
        folder: folder of the component.
        shared_css: CSS that comes before the component's own.

    Returns:
        The function that draws it, as `st.components.v2.component` gives it.
    """
    html, css, js = (
        (folder / f"{folder.name}.{kind}").read_text(encoding="utf-8")
        for kind in ("html", "css", "js")
    )
    name = f"qana_{folder.name}"
    return st.components.v2.component(name, html=html, css=shared_css + css, js=js)
