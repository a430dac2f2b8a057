"""Teaches the head: the class, its photos and the lesson."""

from functools import partial

import streamlit as st

from qana.classes import LABELS
from qana.edge_learning.class_names import find_class, make_class_name
from qana.edge_learning.head import MAX_NAME_LENGTH, HeadError
from qana.imaging import ImageError
from ui.learn.lesson_result import show_lessons
from ui.learn.photos import ChosenPhoto, choose_photos
from ui.learn.session import FIRST, NEW, LearnSession
from ui.visitor_text import escape_markdown, name_class


def show_teach(session: LearnSession) -> None:
    """Shows the choice of class and photos, and what the last lesson did."""
    name = _choose_class(session)
    photos, at_once = choose_photos(session, name)
    progress = st.empty()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        count = f" {len(photos)} photo{'' if len(photos) == 1 else 's'}" if photos else ""
        pressed = st.button(
            f"Learn{count}",
            type="primary",
            icon=":material/model_training:",
            disabled=not photos or at_once,
        )
        st.button(
            "Forget this class",
            icon=":material/ink_eraser:",
            help="Removes the neurons of the chosen class from the head. No other class learned "
            "from its photos, so nothing of them remains.",
            disabled=session.chosen not in session.learner.head.classes,
            on_click=_forget,
            args=(session,),
        )
    if (pressed or at_once) and not session.queue:
        _begin(session, name, photos, at_once)
    if session.queue:
        with progress:
            bar = st.progress(0.0, text="Learning")
            for done in session.work():
                words = f"Photo {done} of {session.queued}"
                bar.progress(done / session.queued, text=words)
        st.rerun()
    for sentence in session.errors:
        st.error(escape_markdown(sentence), icon=":material/error:")
    if session.lessons:
        show_lessons(session)


def _choose_class(session: LearnSession) -> str:
    """Lets the visitor choose a class.

    Returns:
        The class; empty for a new one without a name.
    """
    known = session.learner.head.classes
    classes = [*LABELS, *(name for name in known if name not in LABELS)]
    if session.chosen not in (*classes, NEW):
        session.chosen = FIRST
    labels = {name: escape_markdown(name_class(name)) for name in classes}
    labels |= {name: f"{labels[name]} :gray[gone]" for name in classes if name not in known}
    labels[NEW] = "New class..."
    # With other labels the row gets another key, so that a late click in the old row is ignored.
    session.chosen = st.pills(
        "Which class?",
        [*classes, NEW],
        default=session.chosen,
        format_func=labels.__getitem__,
        key=f"learn_class {sorted(labels.values())}",
        required=True,
        wrap=True,
    )
    if session.chosen != NEW:
        return session.chosen
    typed = st.text_input(
        "Name of the new class",
        max_chars=MAX_NAME_LENGTH,
        key="learn_name",
        placeholder="For example: tattoo",
    )
    return make_class_name(typed)


def _forget(session: LearnSession) -> None:
    name = session.chosen
    session.perform(f"{name_class(name)} forgotten", lambda: session.learner.remove_class(name))


def _begin(
    session: LearnSession, name: str, photos: list[ChosenPhoto], is_from_camera: bool
) -> None:
    """Puts photos into the queue. A new name must not be that of another class."""
    action = session.begin_action()
    known = find_class(session.learner.head.classes, name)
    if session.chosen == NEW and known is not None:
        session.errors = [f"The class '{name_class(known)}' exists already. Choose it above."]
        if is_from_camera:
            session.upload_number += 1  # the camera starts again
        return
    session.put(
        partial(_teach, session, action, name, number, photo)
        for number, photo in enumerate(photos, start=1)
    )
    session.upload_number += 1


def _teach(session: LearnSession, action: int, name: str, number: int, photo: ChosenPhoto) -> None:
    """Learns one photo. It reports a photo that cannot be read, and the others are learned."""
    try:
        image = photo.read()
        if name not in session.learner.head.classes:
            session.learner.add_class(name)
            session.record_step(action, f"{name_class(name)} added")
        lesson = session.learner.learn(image, name)
    except ImageError as error:
        session.errors.append(f"{photo.name}: {error}")
    except HeadError as error:
        session.errors.append(str(error))
        session.queue.clear()
    else:
        session.lessons.append(lesson)
        session.record_step(action, f"{name_class(name)}, photo {number}", is_lesson=True)
        session.chosen, session.lessons_are_new = name, True
