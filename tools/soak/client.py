"""Acts as the browser of one virtual user, without a browser.

As a browser does, it sends the values of all widgets and its address with every message.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX

from tools.soak.connection import Connection, ConnectionLostError, ends_run
from tools.soak.page import Page

MAX_RERUNS = 900
"""Number of reruns, one a second, until `wait_until` gives up."""


class Client:
    """The browser tab of one virtual user. Use it as a context manager, which closes the tab.

    Attributes:
        page: the page as the server has drawn it so far.
        connection: connection to the server.
    """

    def __init__(self, address: str, path: str = "") -> None:
        """Opens a page.

        Args:
            address: http://host:port of the server.
            path: path of the page, such as "learn".

        Raises:
            ConnectionLostError: the server does not answer.
        """
        self.page = Page()
        self.connection = Connection(address, self.page.apply)
        self._path, self._states = path, dict[str, WidgetState]()
        self.reconnect()

    def reconnect(self) -> None:
        """Connects, also after a lost connection, and sends the values of the widgets.

        Raises:
            ConnectionLostError: the server does not answer.
        """
        self.connection.open()
        self.rerun()

    def __enter__(self) -> "Client":
        """Returns the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the tab."""
        self.close()

    def close(self) -> None:
        """Closes the tab."""
        self.connection.close()

    def rerun(self, *changed: WidgetState) -> Page:
        """Sends changed widgets and waits until the server has drawn the page again.

        Args:
            changed: changed widgets. Their values are kept, except for a click.

        Raises:
            ConnectionLostError: the server does not answer.
        """
        for state in changed:
            if state.WhichOneof("value") not in ("trigger_value", "json_trigger_value"):
                self._states[state.id] = state
        states = {state.id: state for state in changed} | self._states
        self.connection.send(
            BackMsg(
                rerun_script=ClientState(
                    widget_states=WidgetStates(widgets=[*states.values()]),
                    page_name=self._path,
                    query_string=self.page.query_string,
                )
            )
        )
        while True:
            if ends_run(self.connection.receive()):
                # A browser forgets the values of widgets that are no longer on the page.
                drawn = self.page.widget_ids
                self._states = {k: v for k, v in self._states.items() if k in drawn}
                return self.page

    def click(self, label: str) -> Page:
        """Clicks the button with this label or key."""
        return self.rerun(WidgetState(id=self._find_id("button", label), trigger_value=True))

    def choose(self, label: str, option: str) -> Page:
        """Chooses an option of a segmented control or of pills."""
        state = WidgetState(id=self._find_id("button_group", label))
        state.string_array_value.data[:] = [option]
        return self.rerun(state)

    def slide(self, label: str, option: str) -> Page:
        """Moves a slider with options to one of them."""
        state = WidgetState(id=self._find_id("slider", label))
        state.string_array_value.data[:] = [option]
        return self.rerun(state)

    def submit(self, choices: Mapping[str, str], label: str) -> Page:
        """Chooses an option of each radio group in a form, and clicks its button.

        Args:
            choices: identifier of each radio group to the option.
            label: label of the button.
        """
        states = [WidgetState(id=key, string_value=option) for key, option in choices.items()]
        button = WidgetState(id=self._find_id("button", label), trigger_value=True)
        return self.rerun(*states, button)

    def select(self, label: str, option: str) -> Page:
        """Selects an option of a select box."""
        return self.rerun(WidgetState(id=self._find_id("selectbox", label), string_value=option))

    def has_component(self, name: str) -> bool:
        """Checks whether the page has a custom component with this text in its name."""
        return any(name in one.component_name for one in self.page.find_all("bidi_component"))

    def send_event(self, component: str, event: str, value: object) -> Page:
        """Sends an event of a custom component, such as a picture of the camera.

        Args:
            component: text in the name of the component.
            event: name of the event.
            value: value of the event, which JSON can encode.

        Raises:
            LookupError: the page has no such component.
        """
        for one in self.page.find_all("bidi_component"):
            if component in one.component_name:
                state_id = f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{one.id}__events"
                text = json.dumps([{"event": event, "value": value}])
                return self.rerun(WidgetState(id=state_id, json_trigger_value=text))
        raise LookupError(f"The page has no component '{component}'.")

    def upload(self, data: bytes, name: str = "photo.jpg", label: str = "") -> Page:
        """Uploads a file with a file uploader.

        Args:
            data: bytes of the file.
            name: file name.
            label: text in the label of the uploader; the first uploader by default.

        Raises:
            requests.HTTPError: the server refuses the file.
        """
        info = self.connection.upload([data], len(data), name)
        uploaders = (one for one in self.page.find_all("file_uploader") if label in one.label)
        state = WidgetState(id=next(uploaders).id)
        state.file_uploader_state_value.uploaded_file_info.append(info)
        return self.rerun(state)

    def download(self, label: str) -> bytes:
        """Downloads the file of a download button, which the server makes on demand.

        Raises:
            LookupError: the page has no such button.
        """
        button = self.page.find("download_button", label)
        if button is None:
            raise LookupError(f"The page has no download button '{label}'.")
        request = BackMsg()
        request.backend_operation_request.request_id = str(uuid.uuid4())
        request.backend_operation_request.session_id = self.connection.session_id
        request.backend_operation_request.deferred_file.file_id = button.deferred_file_id
        self.connection.send(request)
        while True:
            message = self.connection.receive()
            if message.WhichOneof("type") == "backend_operation_response":
                url = message.backend_operation_response.deferred_file.url
                return self.connection.fetch(url)

    def wait_until(self, condition: Callable[[Page], bool]) -> Page:
        """Reruns the page every second until a condition holds.

        Raises:
            ConnectionLostError: the condition does not hold after a quarter of an hour.
        """
        for _ in range(MAX_RERUNS):
            if condition(self.page):
                return self.page
            time.sleep(1)
            self.rerun()
        raise ConnectionLostError("The page did not change as expected.")

    def _find_id(self, kind: str, label: str) -> str:
        element = self.page.find(kind, label)
        if element is None:
            raise LookupError(f"The page has no {kind} '{label}': {self.page.texts}")
        return str(element.id)
