"""A click that comes together with the message of a fragment changes the page."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, expect
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType

from tests.doubles.batch_page import open_page
from tests.doubles.real_browser import browser, pytestmark
from tools.server import Server
from ui.message_order import make_ordered

__all__ = ["browser", "pytestmark"]
LATE_SERVER = Path(__file__).parents[1] / "doubles" / "late_server"
VISITS = 8


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that is as slow as a busy one."""
    monkeypatch.setenv("PYTHONPATH", str(LATE_SERVER))
    with Server(tmp_path) as running:
        yield running


def test_a_first_click_is_never_lost(browser: Browser, server: Server) -> None:
    for visit in range(VISITS):
        page = open_page(browser, server)
        page.wait_for_timeout(20 * visit)  # the tab's own message comes at one of these moments
        page.get_by_text("A folder", exact=True).click()
        chooser = page.locator("input[type=file][webkitdirectory]")
        expect(chooser).to_be_attached(timeout=20_000)
        page.context.close()


class Session(SimpleNamespace):
    """A session with what the order of messages depends on."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def test_messages_wait_for_what_the_last_run_sent_and_keep_their_order() -> None:
    taken: list[str] = []
    ordered = make_ordered(lambda _, message: taken.append(message.query_string))  # type: ignore

    async def send() -> None:
        requests = ScriptRequests()
        requests.request_stop()
        runner = SimpleNamespace(_requests=requests)
        session = Session(_event_loop=asyncio.get_running_loop(), _scriptrunner=runner)
        ordered(session, ClientState(query_string="first"))  # type: ignore[arg-type]
        assert taken == ["first"]
        ordered(session, ClientState(query_string="fragment", fragment_id="x"))  # type: ignore
        ordered(session, ClientState(query_string="click"))  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        assert taken == ["first"]
        session._scriptrunner = None  # the server has handed on all
        await asyncio.sleep(0.05)
        assert taken == ["first", "fragment", "click"]

    with ThreadPoolExecutor(1) as thread:  # the browser's driver has a loop in this one
        thread.submit(asyncio.run, send()).result()


def test_the_pinned_version_has_what_the_order_needs() -> None:
    names = AppSession.__init__.__code__.co_names + AppSession.request_rerun.__code__.co_names
    assert {"_event_loop", "_scriptrunner"} & set(names)
    assert ScriptRequests()._state == ScriptRequestType.CONTINUE
