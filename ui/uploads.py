"""Keeps uploads in memory, whatever their size, and no longer than they are needed."""

from collections.abc import Callable

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit import config
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from qana.imaging.limits import MAX_BYTES

MAX_PHOTO_MB = MAX_BYTES // 2**20
"""Largest size of one photo, megabytes. The server itself takes the archives of Batch, too."""
FORM_BYTES = 2**20
"""What an upload may send besides the file itself, bytes."""
UPLOADS, OPENED = "uploads", "opened_uploads"


def keep_uploads_in_memory() -> None:
    """Makes the server hold uploads in memory. It must run before the first upload.

    By default the server writes each file above 1 MB to the temporary folder while it arrives. The
    photo would touch the disk, and with a full disk no upload would work. `server.maxUploadSize`
    limits what has to fit into memory.
    """
    limit = config.get_option("server.maxUploadSize") * 2**20 + FORM_BYTES
    MultiPartParser.spool_max_size = limit


def forget_uploads() -> None:
    """Frees the files of uploaders that are gone from the page. It runs before each page.

    Streamlit keeps every upload until the visitor closes the tab, also if no page can reach the
    file any more. The memory of a booth, which never closes its tab, would fill up.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    values = st.session_state.values()
    files = (one for value in values for one in (value if isinstance(value, list) else [value]))
    current = {file.file_id for file in files if isinstance(file, UploadedFile)}
    for file_id in st.session_state.get(UPLOADS, set()) - current:
        context.uploaded_file_mgr.remove_file(context.session_id, file_id)
    st.session_state[UPLOADS] = current


def open_new_upload(key: str, read: Callable[[bytes], None]) -> None:
    """Opens the file that the visitor has just chosen. It runs before the uploader is drawn.

    Reading a photo takes a while. A click elsewhere would end a callback of the uploader meanwhile,
    and Streamlit does not call it again. Here, the next run of the page begins anew.

    Args:
        key: of an uploader of one file.
        read: takes the content of the file.
    """
    file = st.session_state.get(key)
    opened = st.session_state.setdefault(OPENED, {})
    if file is not None and opened.get(key) != file.file_id:
        read(file.getvalue())
        opened[key] = file.file_id
