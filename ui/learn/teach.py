"""The left side: which class, from which photos, and the lesson itself."""

import streamlit as st

from qana.classes import LABELS
from qana.edge_learning.head import MAX_NAME_LENGTH, HeadError
from qana.imaging import ImageError
from ui.learn.lesson_result import show_lessons
from ui.learn.photos import ChosenPhoto, choose_photos
from ui.learn.session import FIRST, NEW, LearnSession, escape_markdown, name_class, parse_class_name


def show_teach(visit: LearnSession) -> None:
    """Everything up to the button Learn, and what its last press did."""
    name = _choose_class(visit)
    photos, at_once = choose_photos(visit, name)
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
            help="Takes the neurons of the chosen class out of the head. No other class learned "
            "from its photos, so nothing of them is left.",
            disabled=visit.chosen not in visit.learner.head.classes,
            on_click=_forget,
            args=(visit,),
        )
    if pressed or at_once:
        with progress:
            _teach(visit, name, photos)
        st.rerun()
    for sentence in visit.trouble:
        st.error(escape_markdown(sentence), icon=":material/error:")
    if visit.lessons:
        show_lessons(visit)


def _choose_class(visit: LearnSession) -> str:
    """The class to teach; empty for a new one without a name."""
    known = visit.learner.head.classes
    classes = [*LABELS, *(name for name in known if name not in LABELS)]
    if visit.chosen not in (*classes, NEW):
        visit.chosen = FIRST
    labels = {name: escape_markdown(name_class(name)) for name in classes}
    labels |= {name: f"{labels[name]} :gray[gone]" for name in classes if name not in known}
    labels[NEW] = "New class..."
    # A row with other words is another row: a browser's choice in the old one does not count.
    visit.chosen = st.pills(
        "Which class?",
        [*classes, NEW],
        default=visit.chosen,
        format_func=labels.__getitem__,
        key=f"learn_class {sorted(labels.values())}",
        required=True,
        wrap=True,
    )
    if visit.chosen != NEW:
        return visit.chosen
    typed = st.text_input(
        "Name of the new class",
        max_chars=MAX_NAME_LENGTH,
        key="learn_name",
        placeholder="For example: tattoo",
    )
    return parse_class_name(typed)


def _forget(visit: LearnSession) -> None:
    name = visit.chosen
    visit.attempt(f"{name_class(name)} forgotten", lambda: visit.learner.remove_class(name))


def _teach(visit: LearnSession, name: str, photos: list[ChosenPhoto]) -> None:
    """Photo by photo: one that cannot be read is said, and the others still learn."""
    press = visit.press()
    if visit.chosen == NEW and name in visit.learner.head.classes:
        visit.trouble = [f"There is a class '{name_class(name)}' already: choose it above."]
        return
    bar = st.progress(0.0, text="Learning")
    for number, photo in enumerate(photos, start=1):
        try:
            image = photo.read()
            if name not in visit.learner.head.classes:
                visit.learner.add_class(name)
                visit.did(press, f"{name_class(name)} added")
            lesson = visit.learner.learn(image, name)
        except ImageError as error:
            visit.trouble.append(f"{photo.called}: {error}")
        except HeadError as error:
            visit.trouble.append(str(error))
            break
        else:
            visit.lessons.append(lesson)
            visit.did(press, f"{name_class(name)}, photo {number}", lesson=True)
        bar.progress(number / len(photos), text=f"Photo {number} of {len(photos)}")
    if visit.lessons:
        visit.chosen, visit.fresh = name, True
    visit.turn += 1
