"""A visitor's browser without the browser: Streamlit's protocol over its websocket.

As the browser does, it fetches the cookie against forged requests, opens the stream with it, says
what each widget holds with every message, and uploads files to the address that the server names.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import Config
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tools.soak.page import Page

COOKIE = "_streamlit_xsrf"
PATIENCE = 60.0
"""Seconds for an answer."""
MOST_LOOKS = 900


class LostError(Exception):
    """The server is gone, or says nothing for a minute."""


class Client:
    """One visitor. A context: leaving it closes the tab."""

    def __init__(self, address: str, path: str = "") -> None:
        """Opens a page.

        Args:
            address: of the server, http://host:port.
            path: of the page, such as "learn".

        Raises:
            LostError: nobody answers.
        """
        self.address, self.page, self.session = address, Page(), ""
        self._name, self._states = path, dict[str, WidgetState]()
        self._http, self._open = requests.Session(), ExitStack()
        self.config: Config | None = None
        self.reconnect()

    def reconnect(self) -> None:
        """Connects, or again after the connection was lost, with what the widgets hold.

        Raises:
            LostError: nobody answers.
        """
        try:
            self._http.get(f"{self.address}/_stcore/health", timeout=PATIENCE)
            self.token = self._http.cookies.get(COOKIE, "")
            before = [self.session] if self.session else []
            self._open.close()
            opening = connect(
                self.address.replace("http", "ws", 1) + "/_stcore/stream",
                origin=self.address,  # type: ignore[arg-type]
                subprotocols=["streamlit", self.token, *before],  # type: ignore[list-item]
                additional_headers={"Cookie": f"{COOKIE}={self.token}"},
                max_size=None,
                open_timeout=PATIENCE,
            )
            self._stream = self._open.enter_context(opening)
        except (OSError, WebSocketException) as error:
            raise LostError(str(error)) from None
        self.rerun()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the tab."""
        self._open.close()
        self._http.close()

    def rerun(self, *touched: WidgetState) -> Page:
        """Tells the server what was touched and waits until it has drawn the page anew.

        What is touched stays held, except for a press.
        """
        for state in touched:
            if state.WhichOneof("value") not in ("trigger_value", "json_trigger_value"):
                self._states[state.id] = state
        held = WidgetStates(widgets=[*({s.id: s for s in touched} | self._states).values()])
        self._send(
            BackMsg(
                rerun_script=ClientState(widget_states=held, page_name=self._name, query_string="")
            )
        )
        while True:
            message = self._receive()
            if message.WhichOneof("type") == "script_finished" and (
                message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                drawn = self.page.widgets()  # of the others, a browser forgets what they held
                self._states = {k: v for k, v in self._states.items() if k in drawn}
                return self.page

    def press(self, label: str) -> Page:
        """Presses the button with this label or key."""
        return self.rerun(WidgetState(id=self._id("button", label), trigger_value=True))

    def choose(self, label: str, option: str) -> Page:
        """Takes an option of a segmented control or of pills."""
        state = WidgetState(id=self._id("button_group", label))
        state.string_array_value.data[:] = [option]
        return self.rerun(state)

    def select(self, label: str, option: str) -> Page:
        """Takes an option of a select box."""
        return self.rerun(WidgetState(id=self._id("selectbox", label), string_value=option))

    def has_component(self, name: str) -> bool:
        """Whether a component of the app with this in its name is on the page."""
        return any(name in one.component_name for one in self.page.all("bidi_component"))

    def take(self, event: str, value: object, component: str = "camera") -> Page:
        """Lets a component send what it does when it is used, as the camera its picture."""
        for one in self.page.all("bidi_component"):
            if component in one.component_name:
                name = f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{one.id}__events"
                sent = json.dumps([{"event": event, "value": value}])
                return self.rerun(WidgetState(id=name, json_trigger_value=sent))
        raise LookupError(f"There is no {component} on the page.")

    def upload(self, data: bytes, name: str = "photo.jpg", label: str = "") -> Page:
        """Uploads a file and tells the first uploader, or the one with this label, of it.

        Raises:
            requests.HTTPError: the server does not take it.
        """
        info = self.send_file(data, name)
        uploaders = (one for one in self.page.all("file_uploader") if label in one.label)
        state = WidgetState(id=next(uploaders).id)
        state.file_uploader_state_value.uploaded_file_info.append(info)
        return self.rerun(state)

    def send_file(
        self, data: bytes | Iterable[bytes], name: str = "photo.jpg", size: int | None = None
    ) -> UploadedFileInfo:
        """Sends a file's bytes alone, as the browser does before the page hears of it.

        Args:
            data: the bytes, or pieces of them that are sent one after the other.
            name: of the file.
            size: in bytes; needed for pieces.

        Raises:
            requests.HTTPError: the server does not take it.
        """
        pieces = [data] if isinstance(data, bytes) else data
        info = self.place(name, len(data) if isinstance(data, bytes) else size or 0)
        boundary = uuid.uuid4().hex
        answer = self._http.put(
            self.address + info.file_urls.upload_url,
            data=_form(boundary, name, pieces),
            headers={
                "X-Xsrftoken": self.token,
                "Origin": self.address,
                "Content-Type": f"multipart/form-data; boundary={boundary}",
            },
            timeout=PATIENCE,
        )
        answer.raise_for_status()
        return info

    def place(self, name: str, size: int) -> UploadedFileInfo:
        """Asks where a file of this name and size in bytes may be sent."""
        asked = BackMsg()
        asked.file_urls_request.request_id = str(uuid.uuid4())
        asked.file_urls_request.file_names.append(name)
        asked.file_urls_request.session_id = self.session
        self._send(asked)
        while True:
            message = self._receive()
            if message.WhichOneof("type") == "file_urls_response":
                urls = message.file_urls_response.file_urls[0]
                return UploadedFileInfo(name=name, size=size, file_id=urls.file_id, file_urls=urls)

    def fetch(self, url: str) -> bytes:
        """A picture of the page, or another address below the server's."""
        answer = self._http.get(self.address + url, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.content

    def download(self, label: str) -> bytes:
        """What a download button gives, made when it is pressed."""
        button = self.page.find("download_button", label)
        if button is None:
            raise LookupError(f"No download '{label}' on the page.")
        asked = BackMsg()
        asked.backend_operation_request.request_id = str(uuid.uuid4())
        asked.backend_operation_request.session_id = self.session
        asked.backend_operation_request.deferred_file.file_id = button.deferred_file_id
        self._send(asked)
        while True:
            message = self._receive()
            if message.WhichOneof("type") == "backend_operation_response":
                return self.fetch(message.backend_operation_response.deferred_file.url)

    def until(self, true: Callable[[Page], bool]) -> Page:
        """Looks again every second, as a browser does where a page asks for it.

        Raises:
            LostError: it is not so after a quarter of an hour.
        """
        for _ in range(MOST_LOOKS):
            if true(self.page):
                return self.page
            time.sleep(1)
            self.rerun()
        raise LostError("The page never came so far.")

    def _id(self, kind: str, label: str) -> str:
        found = self.page.find(kind, label)
        if found is None:
            raise LookupError(f"No {kind} '{label}' on the page: {self.page.texts()}")
        return str(found.id)

    def _send(self, message: BackMsg) -> None:
        try:
            self._stream.send(message.SerializeToString())
        except (OSError, WebSocketException) as error:
            raise LostError(str(error)) from None

    def _receive(self) -> ForwardMsg:
        try:
            data = self._stream.recv(timeout=PATIENCE)
        except (OSError, WebSocketException) as error:  # a timeout is one of the first
            raise LostError(str(error) or type(error).__name__) from None
        message = ForwardMsg.FromString(data)  # type: ignore[arg-type]
        if message.HasField("new_session"):
            self.session = message.new_session.initialize.session_id or self.session
            self.config = message.new_session.config
        self.page.take(message)
        return message


def _form(boundary: str, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The body of a form with one file."""
    about = f'Content-Disposition: form-data; name="{name}"; filename="{name}"'
    yield f"--{boundary}\r\n{about}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
    yield from pieces
    yield f"\r\n--{boundary}--\r\n".encode()
