"""Keeps what the worker process has loaded or computed for the next request."""

from collections.abc import Callable
from typing import Any

from qana.inference.manifest import ModelEntry
from qana.network.keras_forms import load_keras_form

Key = tuple[Any, ...]


class Cache:
    """Values by key. The first word of a key is its kind; of each kind the newest few are kept."""

    def __init__(self, room: int = 24) -> None:
        """Starts empty.

        Args:
            room: how many values of a kind are kept, unless `get` says otherwise.
        """
        self._known: dict[Key, Any] = {}
        self._room = room

    def get(self, key: Key, make: Callable[[], Any], room: int | None = None) -> Any:
        """Gets the value of a key, and makes it if it is missing.

        Args:
            key: the kind, then what distinguishes the value from others of that kind.
            make: makes the value.
            room: how many values of this kind are kept; few where they are large.
        """
        if key in self._known:
            self._known[key] = self._known.pop(key)  # the last used goes last
        else:
            kind = [other for other in self._known if other[0] == key[0]]
            for oldest in kind[: max(0, len(kind) + 1 - (room or self._room))]:
                del self._known[oldest]
            self._known[key] = make()
        return self._known[key]


def load_form_once(cache: Cache, entry: ModelEntry, form: str) -> Any:
    """Loads a Keras form of a model once for all jobs; see `load_keras_form`."""
    return cache.get(("form", entry.sha256, form), lambda: load_keras_form(entry, form))
