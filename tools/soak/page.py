"""Builds a page from the messages of the server, as a browser does."""

from collections.abc import Iterator
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LABELLED = ("button", "download_button", "file_uploader", "button_group", "selectbox", "checkbox")
TEXT = ("markdown", "heading", "alert", "html", "text", "metric")


class Page:
    """The elements of a page, by the path that the server gives to each.

    Attributes:
        query_string: query string of its address.
    """

    def __init__(self) -> None:
        """Creates an empty page."""
        self.query_string = ""
        self._elements: dict[tuple[int, ...], Any] = {}

    def apply(self, message: ForwardMsg) -> None:
        """Applies one message of the server."""
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self._elements = {}  # a full run draws every element again
        elif kind == "page_info_changed":
            self.query_string = message.page_info_changed.query_string
        elif kind == "delta":
            path = tuple(message.metadata.delta_path)
            below = [old for old in self._elements if old[: len(path)] == path and old != path]
            for old in below:
                del self._elements[old]
            if message.delta.WhichOneof("type") == "new_element":
                self._elements[path] = message.delta.new_element
            else:
                self._elements.pop(path, None)

    def find_all(self, kind: str) -> Iterator[Any]:
        """Finds the elements of a kind from top to bottom.

        Args:
            kind: field of Streamlit's message `Element`, such as "button".
        """
        for element in self._sorted():
            if element.WhichOneof("type") == kind:
                yield getattr(element, kind)

    def find(self, kind: str, label: str) -> Any | None:
        """Finds the first element of a kind with this label or key."""
        for element in self.find_all(kind):
            if element.label == label or element.id.endswith(f"-{label}"):
                return element
        return None

    def list_options(self, kind: str, label: str) -> list[str]:
        """Lists the options of a widget, as the page shows them; empty without the widget.

        Args:
            kind: field of Streamlit's message `Element`, such as "button_group".
            label: label or key of the widget.
        """
        element = self.find(kind, label)
        options = element.options if element is not None else ()
        return [getattr(option, "content", option) for option in options]

    def contains(self, text: str) -> bool:
        """Checks whether a text is on the page."""
        return any(text in one for one in self.texts)

    @property
    def widget_ids(self) -> set[str]:
        """Identifiers of the widgets."""
        kinds = ((one, one.WhichOneof("type")) for one in self._elements.values())
        parts = (getattr(one, kind) for one, kind in kinds if kind)
        return {part.id for part in parts if hasattr(part, "id")}

    @property
    def texts(self) -> list[str]:
        """The texts of the page, one for each element."""
        texts = []
        for element in self._sorted():
            kind = element.WhichOneof("type")
            part: Any = getattr(element, kind) if kind else None
            if kind == "progress":
                texts.append(f"{part.text} [{part.value}]")
            elif kind == "exception":
                texts.append(f"exception {part.type}: {part.message}")
            elif kind in TEXT:
                texts.append(part.body)
            elif kind in LABELLED:
                texts.append(part.label)
        return texts

    @property
    def alerts(self) -> list[str]:
        """The texts of errors, warnings and notes in boxes."""
        return [alert.body for alert in self.find_all("alert")]

    @property
    def exceptions(self) -> list[str]:
        """The texts of uncaught exceptions."""
        return [text for text in self.texts if text.startswith("exception")]

    @property
    def pictures(self) -> list[tuple[str, str]]:
        """Path on the server and alternative text of each picture."""
        return [(one.url, one.alt) for images in self.find_all("imgs") for one in images.imgs]

    def _sorted(self) -> list[Any]:
        """Returns the elements from top to bottom."""
        return [self._elements[path] for path in sorted(self._elements)]
