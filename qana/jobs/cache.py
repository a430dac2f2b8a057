"""What the workshop's process has loaded or computed, and keeps for the next request."""

from collections.abc import Callable
from typing import Any

from qana.inference.manifest import ModelEntry
from qana.network.keras_forms import load_form

Key = tuple[Any, ...]


class Store:
    """Values by key; of one kind, the first word of its key, the oldest go beyond `room`."""

    def __init__(self, room: int = 24) -> None:
        self._known: dict[Key, Any] = {}
        self._room = room

    def get(self, key: Key, make: Callable[[], Any], room: int | None = None) -> Any:
        """The value of `key`, made by the first who asks.

        Args:
            key: its kind, then what tells it from others of that kind.
            make: makes it.
            room: how many of this kind are kept; few where they are large.
        """
        if key in self._known:
            self._known[key] = self._known.pop(key)  # the latest used goes last
        else:
            kind = [other for other in self._known if other[0] == key[0]]
            for oldest in kind[: max(0, len(kind) + 1 - (room or self._room))]:
                del self._known[oldest]
            self._known[key] = make()
        return self._known[key]


def load_form_once(cache: Store, entry: ModelEntry, form: str) -> Any:
    """Loads a Keras form of a model once for all jobs; see `qana.network.keras_forms.load_form`."""
    return cache.get(("form", entry.sha256, form), lambda: load_form(entry, form))
