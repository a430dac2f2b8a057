"""Uploads stay in memory, whatever their size."""

from starlette.formparsers import MultiPartParser
from streamlit import config

MORE = 2**20
"""Bytes of an upload beside the file's own, at most."""


def keep_uploads_in_memory() -> None:
    """Called once a process, before the first upload.

    The server's parser lays each file over 1 MB down in the temporary folder while it arrives: a
    photo would touch the disk, and with a full disk none could be uploaded. No upload is larger
    than `server.maxUploadSize`, so memory holds them.
    """
    MultiPartParser.spool_max_size = config.get_option("server.maxUploadSize") * 2**20 + MORE
