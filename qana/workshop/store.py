"""What the workshop's process has loaded or computed, and keeps for the next request."""

from collections.abc import Callable, Hashable
from typing import Any


class Store:
    """Values by key, the oldest dropped beyond `room`."""

    def __init__(self, room: int = 24) -> None:
        self._known: dict[Hashable, Any] = {}
        self._room = room

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of `key`, made by the first who asks."""
        if key in self._known:
            self._known[key] = self._known.pop(key)  # the latest used goes last
        else:
            self._known[key] = make()
            while len(self._known) > self._room:
                del self._known[next(iter(self._known))]
        return self._known[key]
