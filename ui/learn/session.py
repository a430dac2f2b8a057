"""Names of classes as a visitor reads and writes them; the head knows the seven by their code."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st

from qana.classes import BY_CODE
from qana.edge_learning.edge_learner import Answer, EdgeLearner, LearningStep
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head import Head
from qana.edge_learning.held_out_photos import HeldOutPhotos, HeldOutScores, score_head
from qana.errors import UserError
from ui.shared_models import get_edge_model, get_held_out

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])")


def name_class(name: str) -> str:
    """A class's name in plain words."""
    return BY_CODE[name].name if name in BY_CODE else name


def escape_markdown(text: str) -> str:
    """The same words where Markdown is read: names of classes and files are anyone's."""
    return _MARKS.sub(r"\\\1", text)


def parse_class_name(text: str) -> str:
    """The class that was typed: the code of one of the seven, or a name of the visitor's own."""
    typed = text.strip()
    names = {lesion.name.casefold(): code for code, lesion in BY_CODE.items()}
    return names.get(typed.casefold(), typed)


BEGINNING = "as it came"
FIRST = "vasc"
"""Class that a visitor begins with."""
NEW = ""
"""No class has this name."""


@dataclass(frozen=True)
class SessionStep:
    """Attributes:
    press: which press of a button it belongs to.
    what: happened, in words.
    lesson: whether a photo was learned, and not a class taken away or a head loaded.
    marks: on the held-out photos after it.
    """

    press: int
    what: str
    lesson: bool
    marks: HeldOutScores


@dataclass
class LearnSession:
    """Lives in the session's state, so it is gone with the visitor. It holds no photo.

    Attributes:
        model: that the visitor began with; it stays, so that a head always fits it.
        learner: the head.
        steps: what happened to it, the beginning first.
        lessons: of the last press, if it taught.
        fresh: whether the lessons are yet to be shown.
        trouble: sentences to show, of the last press.
        chosen: class to teach; `NEW` for one that is not there yet.
        asked: of which photo, with which head, and the answer.
        turn: changes the keys of uploads, which makes the browser's files go too.
        shots: changes the key of the camera that asks, which makes it ready for the next one.
    """

    model: EdgeModel
    learner: EdgeLearner
    steps: list[SessionStep]
    lessons: list[LearningStep] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    chosen: str = FIRST
    asked: tuple[str, Head, Answer] | None = None
    fresh: bool = False
    turn: int = 0
    shots: int = 0

    @property
    def held_out(self) -> HeldOutPhotos:
        """The photos that it is watched on."""
        photos: HeldOutPhotos = get_held_out(self.model.front_sha256, self.model)
        return photos

    @property
    def before(self) -> HeldOutScores:
        """How the head did before this visitor began."""
        return self.steps[0].marks

    @property
    def now(self) -> HeldOutScores:
        """How it does now."""
        return self.steps[-1].marks

    @property
    def can_undo(self) -> bool:
        """Whether there is a press to take back."""
        return len(self.steps) > 1 and self.learner.undo_steps > 0

    def press(self) -> int:
        """Begins a press of a button: what the last one left to say is gone."""
        self.lessons, self.trouble = [], []
        return self.steps[-1].press + 1

    def did(self, press: int, what: str, lesson: bool = False) -> None:
        """Notes a step that the learner has just made, and how the head does after it."""
        marks = score_head(self.model, self.learner.head, self.held_out)
        self.steps.append(SessionStep(press, what, lesson, marks))

    def attempt(self, what: str, action: Callable[[], None]) -> None:
        """A press of one step; what makes it impossible is said, and the head is as it was."""
        press = self.press()
        try:
            action()
        except UserError as error:
            self.trouble = [str(error)]
        else:
            self.did(press, what)

    def undo(self) -> None:
        """Takes the last press back, step by step, as far as the learner remembers."""
        self.press()
        last = self.steps[-1].press
        while self.can_undo and self.steps[-1].press == last:
            self.learner.undo()
            self.steps.pop()

    def reset(self) -> None:
        """Back to the head of the seven classes."""
        self.press()
        self.learner.reset()
        del self.steps[1:]


def get_session() -> LearnSession:
    """This visitor's; it begins with the head of the seven classes.

    Raises:
        UserError: there is no model that can learn.
    """
    if "learn_visit" not in st.session_state:
        model = get_edge_model()
        photos = get_held_out(model.front_sha256, model)
        begun = SessionStep(0, BEGINNING, False, score_head(model, model.initial_head, photos))
        st.session_state.learn_visit = LearnSession(model, EdgeLearner(model), [begun])
    visit: LearnSession = st.session_state.learn_visit
    return visit
