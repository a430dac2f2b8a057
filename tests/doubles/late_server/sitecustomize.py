"""Lets a server hand on what a page sends a moment later, as a busy one does.

Python imports this module at its start if its folder is in PYTHONPATH.
"""

import importlib.abc
import importlib.util
import sys
from types import ModuleType
from typing import Any

NAME = "streamlit.runtime.app_session"
DELAY = 0.3
"""Seconds."""


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != NAME:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None and spec.loader is not None
        execute = spec.loader.exec_module

        def execute_late(module: ModuleType) -> None:
            execute(module)

            def call_late(session: Any, callback: Any) -> None:
                loop = session._event_loop
                loop.call_soon_threadsafe(lambda: loop.call_later(DELAY, callback))

            module.AppSession._call_soon_on_event_loop = call_late  # type: ignore[attr-defined]

        spec.loader.exec_module = execute_late  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, _Finder())
