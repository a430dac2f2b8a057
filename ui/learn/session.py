"""Keeps what one visitor has taught the head, step by step."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import streamlit as st

from qana.edge_learning.edge_learner import Answer, EdgeLearner, LearningStep
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head import Head
from qana.edge_learning.held_out_photos import HeldOutPhotos, HeldOutScores, score_head
from qana.errors import UserError
from ui.shared_models import get_edge_model, get_held_out

BEGINNING = "as it came"
FIRST = "vasc"
"""Class that is chosen at the start."""
NEW = ""
"""Stands for a class that has no name yet."""


@dataclass(frozen=True)
class SessionStep:
    """One change of the head, and how well it recognizes the held-out photos afterwards.

    Attributes:
        action: number of the visitor's action. One action can make several steps.
        description: what has changed.
        is_lesson: True for a learned photo, False for a class or a file.
        scores: on the held-out photos.
    """

    action: int
    description: str
    is_lesson: bool
    scores: HeldOutScores


@dataclass(frozen=True)
class AskedPhoto:
    """The head's answer to a photo that the visitor asked about.

    Attributes:
        key: identifies the photo.
        head: the head that answered.
        answer: its answer.
    """

    key: str
    head: Head
    answer: Answer


@dataclass
class LearnSession:
    """One visitor's head and its history. It holds no photo and ends with the visitor's session.

    Attributes:
        model: the network at the start of the session. It stays, so that every head fits it.
        learner: the head.
        steps: the history of the head, from the start.
        lessons: photos that the last action taught.
        errors: sentences to show after the last action.
        chosen: class to teach; `NEW` for one without a name.
        asked: the last photo that the head was asked about.
        lessons_are_new: whether the page has not yet scrolled to the lessons.
        queue: tasks that are still to be done, such as learning one photo. A click ends the run of
            the page; the next run goes on with them.
        queued: number of tasks that were put into the queue.
        lock: held by each change of the head, because the run that a click has ended may still
            learn a photo when the next one begins.
        upload_number: part of the keys of uploads. A new number clears the browser's files.
        camera_number: part of the key of the camera that asks. A new number starts it again.
    """

    model: EdgeModel
    learner: EdgeLearner
    steps: list[SessionStep]
    lessons: list[LearningStep] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    chosen: str = FIRST
    asked: AskedPhoto | None = None
    lessons_are_new: bool = False
    queue: deque[Callable[[], None]] = field(default_factory=deque)
    queued: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)
    upload_number: int = 0
    camera_number: int = 0

    @property
    def held_out(self) -> HeldOutPhotos:
        """The photos on which the head is scored."""
        photos: HeldOutPhotos = get_held_out(self.model.front_sha256, self.model)
        return photos

    @property
    def before(self) -> HeldOutScores:
        """Scores of the head at the start of the session."""
        return self.steps[0].scores

    @property
    def now(self) -> HeldOutScores:
        """Scores of the head now."""
        return self.steps[-1].scores

    @property
    def can_undo(self) -> bool:
        """Whether there is an action to undo."""
        return len(self.steps) > 1 and self.learner.undo_steps > 0

    def begin_action(self) -> int:
        """Begins an action, and clears what the last one left to show or to do.

        Returns:
            The number of the action.
        """
        with self.lock:
            self.queue.clear()
            self.lessons, self.errors = [], []
            return self.steps[-1].action + 1

    def put(self, tasks: Iterable[Callable[[], None]]) -> None:
        """Puts tasks into the queue; see `work`."""
        self.queue.extend(tasks)
        self.queued = len(self.queue)

    def work(self) -> Iterator[int]:
        """Does the tasks of the queue.

        Yields:
            The number of tasks that are done.
        """
        while True:
            with self.lock:
                if not self.queue:
                    return
                self.queue[0]()
                if self.queue:  # a task that fails may clear it
                    self.queue.popleft()
            yield self.queued - len(self.queue)

    def record_step(self, action: int, description: str, is_lesson: bool = False) -> None:
        """Scores the head after a change and adds the step to the history."""
        scores = score_head(self.model, self.learner.head, self.held_out)
        self.steps.append(SessionStep(action, description, is_lesson, scores))

    def perform(self, description: str, change: Callable[[], None]) -> None:
        """Performs an action of one step. If it fails, the head stays as it is.

        Args:
            description: what changes.
            change: changes the head; may raise a UserError.
        """
        with self.lock:
            action = self.begin_action()
            try:
                change()
            except UserError as error:
                self.errors = [str(error)]
            else:
                self.record_step(action, description)

    def undo(self) -> None:
        """Undoes the last action step by step, as far as the learner remembers."""
        with self.lock:
            self.begin_action()
            last = self.steps[-1].action
            while self.can_undo and self.steps[-1].action == last:
                self.learner.undo()
                self.steps.pop()

    def reset(self) -> None:
        """Returns to the head with the seven classes."""
        with self.lock:
            self.begin_action()
            self.learner.reset()
            del self.steps[1:]


def get_session() -> LearnSession:
    """Gets this visitor's session, which starts with the head of the seven classes.

    Raises:
        UserError: no model can learn.
    """
    if "learn_session" not in st.session_state:
        model = get_edge_model()
        photos = get_held_out(model.front_sha256, model)
        start = SessionStep(0, BEGINNING, False, score_head(model, model.initial_head, photos))
        st.session_state.learn_session = LearnSession(model, EdgeLearner(model), [start])
    session: LearnSession = st.session_state.learn_session
    return session
