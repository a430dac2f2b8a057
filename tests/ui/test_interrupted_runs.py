"""What a click elsewhere interrupts, the next run of the page does, and does once."""

import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from tests.doubles.learn_page import PAGE, SECONDS, own_engines, press
from ui.learn import story
from ui.learn.session import LearnSession

__all__ = ["own_engines"]


def upload_page() -> None:
    import streamlit as st

    from ui.uploads import open_new_upload

    def read(data: bytes) -> None:
        st.session_state.tries = st.session_state.get("tries", 0) + 1
        if st.session_state.tries == 1:
            st.stop()  # as a click ends the run while the photo is read
        st.session_state.found = data

    open_new_upload("file", read)
    st.file_uploader("A file", key="file")


def test_a_file_whose_reading_was_interrupted_is_read_by_the_next_run_and_once() -> None:
    page = AppTest.from_function(upload_page).run()
    page.file_uploader[0].upload("one.jpg", b"photo", "image/jpeg").run()
    assert "found" not in page.session_state
    page.run()
    assert page.session_state.found == b"photo"
    page.run()
    assert page.session_state.tries == 2
    page.file_uploader[0].upload("one.jpg", b"another", "image/jpeg").run()
    assert page.session_state.found == b"another"


def test_a_story_that_was_interrupted_learns_the_other_photos(monkeypatch) -> None:
    show, calls = story._show_track, []

    def interrupt(*arguments: object) -> None:
        calls.append(1)
        if len(calls) == 3:  # after the second photo
            import streamlit as st

            st.stop()
        show(*arguments)

    page = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    monkeypatch.setattr(story, "_show_track", interrupt)
    press(page, "Teach it these 5 photos")
    told = page.session_state.story
    assert len(told.lessons) == 2
    page.run()
    assert not page.exception
    assert [step.is_lesson for step in told.steps] == [False] + [True] * 5
    assert not told.queue


@pytest.fixture
def session() -> LearnSession:
    return LearnSession(None, None, [])  # type: ignore[arg-type]  # the queue needs neither


def test_two_runs_at_once_do_each_task_once(session: LearnSession) -> None:
    done: list[int] = []

    def do(number: int) -> None:
        time.sleep(0.01)
        done.append(number)

    session.put(lambda number=number: do(number) for number in range(10))
    runs = [threading.Thread(target=lambda: list(session.work())) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert done == list(range(10))


def test_a_task_that_gives_up_leaves_nothing_to_do(session: LearnSession) -> None:
    session.put([session.queue.clear, lambda: pytest.fail("it goes on")])
    assert list(session.work()) == [2]
