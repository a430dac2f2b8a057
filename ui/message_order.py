"""Keeps what a run of the page has sent when the message of a fragment comes right after it.

Each run has a thread, and the server hands on what the thread sends a moment later. If the message
of a fragment comes in this moment, Streamlit 1.67 starts another thread and drops what is left of
the first one: the browser shows a click, and the page does not change. On a busy server the moment
is long.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

PAUSE = 0.005
"""Seconds between two looks at whether the thread's messages are handed on."""
PATIENCE = 2000
"""Number of looks after which a message is taken in any case."""
Request = Callable[[AppSession, ClientState | None], None]


def keep_message_order() -> None:
    """Lets the messages of fragments wait. It must run before the first visitor comes."""
    request = AppSession.request_rerun
    if getattr(request, "is_in_order", False):
        return
    ordered = make_ordered(request)
    ordered.is_in_order = True  # type: ignore[attr-defined]
    AppSession.request_rerun = ordered  # type: ignore[assignment]


def make_ordered(request: Request) -> Request:
    """Makes a function that takes the messages of each session one after the other.

    The message of a fragment waits until the server has handed on what the last run has sent, and
    later messages wait behind it, because each holds the state of all widgets.

    Args:
        request: takes a message of a session, as `AppSession.request_rerun` does.
    """
    waiting: WeakKeyDictionary[AppSession, deque[ClientState | None]] = WeakKeyDictionary()

    def take(session: AppSession, looks: int) -> None:
        messages = waiting[session]
        while messages:
            message = messages[0]
            is_fragment = message is not None and bool(message.fragment_id)
            if is_fragment and looks and _is_handing_on(session):
                session._event_loop.call_later(PAUSE, take, session, looks - 1)
                return
            messages.popleft()
            try:
                request(session, message)
            except Exception:
                messages.clear()  # the session is at its end
                raise

    def take_in_order(session: AppSession, message: ClientState | None) -> None:
        if not _is_in_loop(session):
            request(session, message)
            return
        messages = waiting.setdefault(session, deque())
        messages.append(message)
        if len(messages) == 1:
            take(session, PATIENCE)

    return take_in_order


def _is_handing_on(session: AppSession) -> bool:
    """Returns whether the thread of the last run has ended, and its messages are not handed on."""
    runner = session._scriptrunner  # private: a test checks the pinned version
    return runner is not None and runner._requests._state == ScriptRequestType.STOP


def _is_in_loop(session: AppSession) -> bool:
    try:
        return asyncio.get_running_loop() is session._event_loop
    except RuntimeError:
        return False
