"""Keeps the values of each tab in the server's memory, until 10 minutes after it was closed."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

KEPT_SECONDS = 600.0
"""Time after the last connection of a tab until its values are dropped."""
MOST_CLOSED_TABS = 30
"""Number of closed tabs with values. Beyond it, the tab that was closed first is dropped."""


@dataclass
class TabValues:
    """Values of one tab.

    Attributes:
        values: the values by name.
        session: identifier of the session that the tab is connected with.
        closed_at: when the connection was found closed, by the clock of the store; None if it is
            open.
    """

    values: dict[str, Any]
    session: str
    closed_at: float | None = None


class TabStore:
    """Values of all tabs, by the random name of the tab."""

    def __init__(
        self, is_connected: Callable[[str], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Creates an empty store.

        Args:
            is_connected: returns whether a session is connected with a browser.
            clock: returns the time, seconds.
        """
        self._is_connected, self._clock = is_connected, clock
        self._tabs: dict[str, TabValues] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Returns the number of tabs with values."""
        return len(self._tabs)

    def write(self, name: str, values: Mapping[str, Any], session: str) -> None:
        """Keeps the values of a tab in place of its earlier ones.

        Args:
            name: random name of the tab.
            values: the values by name. Without any, the tab is dropped.
            session: identifier of its session.
        """
        with self._lock:
            self._tabs.pop(name, None)
            if values:
                self._tabs[name] = TabValues(dict(values), session)

    def read(self, name: str) -> dict[str, Any]:
        """Returns the values of a tab; empty if there are none or they were dropped."""
        self.drop_closed()
        with self._lock:
            found = self._tabs.get(name)
            return dict(found.values) if found else {}

    def drop_closed(self) -> None:
        """Drops the values of tabs that were closed more than `KEPT_SECONDS` ago."""
        with self._lock:
            now = self._clock()
            for tab in self._tabs.values():
                if self._is_connected(tab.session):
                    tab.closed_at = None
                elif tab.closed_at is None:
                    tab.closed_at = now
            closed = {name: tab.closed_at for name, tab in self._tabs.items() if tab.closed_at}
            ordered = sorted(closed, key=lambda name: closed[name] or 0.0)
            surplus = ordered[: max(0, len(ordered) - MOST_CLOSED_TABS)]
            old = [name for name in ordered if now - (closed[name] or 0.0) > KEPT_SECONDS]
            for name in {*surplus, *old}:
                del self._tabs[name]
