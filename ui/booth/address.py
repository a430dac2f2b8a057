"""The address under which a visitor's own phone finds this app, as a square to photograph."""

import io
import socket
from urllib.parse import urlsplit

import segno
import streamlit as st

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}


def find_address() -> str | None:
    """The app's address in the local network; None where this machine is in none."""
    url = urlsplit(st.context.url or "")
    if url.hostname and url.hostname not in LOCAL_HOSTS:
        return f"{url.scheme}://{url.netloc}"
    host = _own_address()
    if host is None:
        return None
    port = url.port or st.get_option("server.port")
    return f"{url.scheme or 'http'}://{host}:{port}"


def _own_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only says from where it would.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        found = probe.getsockname()[0]
    return None if found in LOCAL_HOSTS else found


@st.cache_data
def make_qr_code(text: str) -> bytes:
    """QR code of a text, a PNG."""
    buffer = io.BytesIO()
    segno.make(text, error="m").save(buffer, kind="png", scale=8, border=3)
    return buffer.getvalue()
