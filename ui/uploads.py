"""Uploads stay in memory, whatever their size, and no longer than they are needed."""

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit import config
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

MORE = 2**20
"""Bytes of an upload beside the file's own, at most."""
HELD = "uploads"


def keep_uploads_in_memory() -> None:
    """Called once a process, before the first upload.

    The server's parser lays each file over 1 MB down in the temporary folder while it arrives: a
    photo would touch the disk, and with a full disk none could be uploaded. No upload is larger
    than `server.maxUploadSize`, so memory holds them.
    """
    MultiPartParser.spool_max_size = config.get_option("server.maxUploadSize") * 2**20 + MORE


def forget_uploads() -> None:
    """Called at the start of each run: drops what an uploader held that is gone from the page.

    Streamlit keeps every upload until its visitor has closed the tab, also those that no page can
    reach any more: a booth that is never closed would fill up.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    values = st.session_state.values()
    files = (one for value in values for one in (value if isinstance(value, list) else [value]))
    held = {file.file_id for file in files if isinstance(file, UploadedFile)}
    for gone in st.session_state.get(HELD, set()) - held:
        context.uploaded_file_mgr.remove_file(context.session_id, gone)
    st.session_state[HELD] = held
