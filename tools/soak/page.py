"""What a visitor sees: the elements that the server has sent, put together from its messages."""

from collections.abc import Iterator
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LABELLED = ("button", "download_button", "file_uploader", "button_group", "selectbox", "checkbox")


class Page:
    """The tree of one visitor's page, by the path that the server gives each element."""

    def __init__(self) -> None:
        self._elements: dict[tuple[int, ...], Any] = {}
        self.title = ""

    def take(self, message: ForwardMsg) -> None:
        """Follows one message; those that draw nothing change nothing."""
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self._elements = {}  # a whole run draws everything again
        elif kind == "delta":
            path = tuple(message.metadata.delta_path)
            under = [old for old in self._elements if old[: len(path)] == path and old != path]
            for old in under:
                del self._elements[old]
            if message.delta.WhichOneof("type") == "new_element":
                self._elements[path] = message.delta.new_element
            else:
                self._elements.pop(path, None)

    def all(self, kind: str) -> Iterator[Any]:
        """Elements of a kind, as `Element` of Streamlit's protocol names it, from top to bottom."""
        for _, element in sorted(self._elements.items(), key=lambda one: one[0]):
            if element.WhichOneof("type") == kind:
                yield getattr(element, kind)

    def find(self, kind: str, label: str) -> Any | None:
        """The first element of a kind with this label, or whose identity ends with it."""
        for element in self.all(kind):
            if element.label == label or element.id.endswith(f"-{label}"):
                return element
        return None

    def widgets(self) -> set[str]:
        """Identities of all that can hold something."""
        kinds = ((one, one.WhichOneof("type")) for one in self._elements.values())
        parts = (getattr(one, kind) for one, kind in kinds if kind)
        return {part.id for part in parts if hasattr(part, "id")}

    def texts(self) -> list[str]:
        """All words that stand on the page, an entry an element."""
        found = []
        for _, element in sorted(self._elements.items(), key=lambda one: one[0]):
            kind = element.WhichOneof("type")
            part = getattr(element, kind) if kind else None
            if kind == "progress":
                found.append(f"{part.text} [{part.value}]")
            elif kind == "exception":
                found.append(f"exception {part.type}: {part.message}")
            elif kind in ("markdown", "heading", "alert", "html", "text", "metric"):
                found.append(part.body)
            elif kind in LABELLED:
                found.append(part.label)
        return found

    def says(self, words: str) -> bool:
        """Whether these words stand somewhere on the page."""
        return any(words in text for text in self.texts())

    def alerts(self) -> list[str]:
        """Sentences in boxes of their own: errors and warnings."""
        return [alert.body for alert in self.all("alert")]

    def faults(self) -> list[str]:
        """What Streamlit shows of an error that nobody caught."""
        return [text for text in self.texts() if text.startswith("exception")]

    def pictures(self) -> list[tuple[str, str]]:
        """(address below the server's, words for those who do not see it) of each picture."""
        return [(one.url, one.alt) for images in self.all("imgs") for one in images.imgs]
