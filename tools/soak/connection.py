"""Speaks Streamlit's protocol over its websocket, as a browser does.

A browser fetches a cookie against forged requests, opens the websocket with it, and uploads files
to an address that the server names.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import Config
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

COOKIE = "_streamlit_xsrf"
TIMEOUT = 60.0
"""Time in which the server must answer, seconds."""


class ConnectionLostError(Exception):
    """The server does not answer or has closed the connection."""


class Connection:
    """The connection of one virtual user.

    Attributes:
        address: http://host:port of the server.
        token: token against forged requests.
        session_id: Streamlit's name of the session; empty before the first message.
        config: Streamlit's configuration of the session; None before the first message.
    """

    def __init__(self, address: str, on_message: Callable[[ForwardMsg], None]) -> None:
        """Prepares a connection. `open` opens it.

        Args:
            address: http://host:port of the server.
            on_message: called with every message of the server.
        """
        self.address, self.token, self.session_id = address, "", ""
        self.config: Config | None = None
        self._on_message = on_message
        self._http, self._stack = requests.Session(), ExitStack()

    def open(self) -> None:
        """Opens the connection, or opens it again with the same session.

        Raises:
            ConnectionLostError: the server does not answer.
        """
        try:
            self._http.get(f"{self.address}/_stcore/health", timeout=TIMEOUT)
            self.token = self._http.cookies.get(COOKIE) or ""
            previous = [self.session_id] if self.session_id else []
            self._stack.close()
            websocket = connect(  # type: ignore[call-overload]
                self.address.replace("http", "ws", 1) + "/_stcore/stream",
                origin=self.address,
                subprotocols=["streamlit", self.token, *previous],
                additional_headers={"Cookie": f"{COOKIE}={self.token}"},
                max_size=None,
                open_timeout=TIMEOUT,
            )
            self._websocket = self._stack.enter_context(websocket)
        except (OSError, WebSocketException) as error:
            raise ConnectionLostError(str(error)) from None

    def close(self) -> None:
        """Closes the connection."""
        self._stack.close()
        self._http.close()

    def send(self, message: BackMsg) -> None:
        """Sends a message.

        Raises:
            ConnectionLostError: the connection is closed.
        """
        try:
            self._websocket.send(message.SerializeToString())
        except (OSError, WebSocketException) as error:
            raise ConnectionLostError(str(error)) from None

    def receive(self) -> ForwardMsg:
        """Receives the next message and passes it to `on_message`.

        Raises:
            ConnectionLostError: the connection is closed, or no message comes for a minute.
        """
        try:
            data = self._websocket.recv(timeout=TIMEOUT)
        except (OSError, WebSocketException) as error:  # TimeoutError is an OSError
            raise ConnectionLostError(str(error) or type(error).__name__) from None
        message = ForwardMsg.FromString(data)
        if message.HasField("new_session"):
            self.session_id = message.new_session.initialize.session_id or self.session_id
            self.config = message.new_session.config
        self._on_message(message)
        return message

    def request_upload(self, name: str, size: int) -> UploadedFileInfo:
        """Asks the server for the address of an upload.

        Args:
            name: file name.
            size: file size, bytes.
        """
        request = BackMsg()
        request.file_urls_request.request_id = str(uuid.uuid4())
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self.session_id
        self.send(request)
        while True:
            message = self.receive()
            if message.WhichOneof("type") == "file_urls_response":
                urls = message.file_urls_response.file_urls[0]
                return UploadedFileInfo(name=name, size=size, file_id=urls.file_id, file_urls=urls)

    def upload(
        self, pieces: Iterable[bytes], size: int, name: str = "photo.jpg"
    ) -> UploadedFileInfo:
        """Uploads the bytes of a file. No widget knows of it yet.

        Args:
            pieces: pieces of the file, which are sent one after the other.
            size: size that the server is given beforehand, bytes.
            name: file name.

        Raises:
            requests.HTTPError: the server refuses the file.
        """
        info = self.request_upload(name, size)
        boundary = uuid.uuid4().hex
        response = self._http.put(
            self.address + info.file_urls.upload_url,
            data=_encode_form(boundary, name, pieces),
            headers={
                "X-Xsrftoken": self.token,
                "Origin": self.address,
                "Content-Type": f"multipart/form-data; boundary={boundary}",
            },
            timeout=TIMEOUT,
        )
        response.raise_for_status()
        return info

    def fetch(self, path: str) -> bytes:
        """Fetches a picture or another file of the server.

        Raises:
            requests.HTTPError: the server does not have it.
        """
        response = self._http.get(self.address + path, timeout=TIMEOUT)
        response.raise_for_status()
        return response.content


def ends_run(message: ForwardMsg) -> bool:
    """Tells whether the server says that it has drawn the page, and does not begin again."""
    return message.WhichOneof("type") == "script_finished" and (
        message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
    )


def _encode_form(boundary: str, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Encodes a form with one file."""
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="{name}"'
    yield f"--{boundary}\r\n{disposition}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
    yield from pieces
    yield f"\r\n--{boundary}--\r\n".encode()
