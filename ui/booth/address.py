"""Finds the address at which a visitor's phone reaches this app, and draws it as a QR code."""

import io
from urllib.parse import urlsplit

import segno
import streamlit as st

from ui.booth.host import LOCAL_HOSTS, find_own_host


def find_address() -> str | None:
    """Finds the app's address in the local network; None if this machine is in no network."""
    url = urlsplit(st.context.url or "")
    path = f"/{base}" if (base := str(st.get_option("server.baseUrlPath")).strip("/")) else ""
    if url.hostname and url.hostname not in LOCAL_HOSTS:
        return f"{url.scheme}://{url.netloc}{path}"
    host = find_own_host()
    if host is None:
        return None
    port = url.port or st.get_option("server.port")
    return f"{url.scheme or 'http'}://{host}:{port}{path}"


@st.cache_data
def make_qr_code(text: str) -> bytes:
    """Makes the QR code of a text.

    Returns:
        A PNG.
    """
    buffer = io.BytesIO()
    segno.make(text, error="m").save(buffer, kind="png", scale=8, border=3)
    return buffer.getvalue()
