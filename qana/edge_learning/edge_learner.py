"""One visitor's head: taught, asked, taken back. It holds no photo, only heads."""

import time
from collections import deque
from dataclasses import dataclass

import numpy as np

from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head import Head, HeadError, add_class, without_class
from qana.edge_learning.head_files import from_bytes, to_bytes

UNDO = 50
"""Steps that can be taken back."""


@dataclass(frozen=True)
class Answer:
    """What a head says of a photo.

    Attributes:
        classes: names.
        agreement: (C,) int32, spikes that reach the strongest neurons of each class.
        connections: of those neurons together, the most that agreement can be.
    """

    classes: tuple[str, ...]
    agreement: np.ndarray
    connections: int

    @property
    def name(self) -> str:
        """The class that answers most, the first of equals."""
        return self.classes[int(self.agreement.argmax())]


@dataclass(frozen=True)
class Lesson:
    """One photo learned.

    Attributes:
        name: the class it was taught as.
        before, after: answers to the same photo.
        learn_ms: wall time of the engine's lesson on this machine, milliseconds.
        swapped: connections that moved to another spike.
    events: of the photo in all layers before the head.
    """

    name: str
    before: Answer
    after: Answer
    learn_ms: float
    swapped: int
    events: int


class Pupil:
    """A head that can be taught. One visitor's own; the engine behind it is shared."""

    def __init__(self, model: EdgeModel) -> None:
        """Begins with the head of the seven classes."""
        self._model = model
        self._head = model.start
        self._past: deque[Head] = deque(maxlen=UNDO)

    @property
    def head(self) -> Head:
        """As it is now."""
        return self._head

    @property
    def steps(self) -> int:
        """How many steps `undo` can take back."""
        return len(self._past)

    def recognize(self, image: np.ndarray) -> Answer:
        """Asks the head about a photo, (H, W, 3) uint8 RGB; its centre square is read."""
        return self._answer(self._model.inputs(image))

    def learn(self, image: np.ndarray, name: str) -> Lesson:
        """Teaches one photo on the device.

        Args:
            image: (H, W, 3) uint8 RGB; its centre square is read.
            name: of a class that the head has.

        Raises:
            HeadError: it has no such class; the head is as it was.
        """
        place = self._head.index(name)
        inputs = self._model.inputs(image)
        before = self._answer(inputs)
        start = time.perf_counter()
        learned = self._model.engine.learn(self._head, inputs, [place])
        learn_ms = (time.perf_counter() - start) * 1e3
        swapped = int((learned.weights > self._head.weights).sum())
        self._step(learned)
        after, events = self._answer(inputs), self._model.events(inputs)
        return Lesson(name, before, after, learn_ms, swapped, events)

    def add_class(self, name: str) -> None:
        """Adds a class that has learned nothing yet.

        Raises:
            HeadError: the name is taken or none, or the head is full.
        """
        self._step(add_class(self._head, name))

    def forget(self, name: str) -> None:
        """Takes the neurons of a class away.

        Raises:
            HeadError: the head has no such class, or no other one.
        """
        self._step(without_class(self._head, name))

    def undo(self) -> None:
        """Takes the last step back; the head is then what it was, to the bit."""
        if self._past:
            self._head = self._past.pop()

    def reset(self) -> None:
        """Back to the head of the seven classes; nothing of what was taught is left."""
        self._head = self._model.start
        self._past.clear()

    def saved(self) -> bytes:
        """The head as a file."""
        return to_bytes(self._head, self._model.front)

    def load(self, data: bytes) -> None:
        """Takes a saved head in place of this one.

        Raises:
            HeadError: it is no head, damaged, or of another network; the head is as it was.
        """
        self.take(from_bytes(data, self._model.front))

    def take(self, head: Head) -> None:
        """Takes another head in place of this one.

        Raises:
            HeadError: it was made for another rule or other spikes; the head is as it was.
        """
        start = self._model.start
        if (head.rule, head.spikes) != (start.rule, start.spikes):
            raise HeadError("The head was made for another learning rule: load another one.")
        self._step(head)

    def _step(self, head: Head) -> None:
        self._past.append(self._head)
        self._head = head

    def _answer(self, inputs: np.ndarray) -> Answer:
        agreement = self._model.engine.recognize(self._head, inputs)[0]
        rule = self._head.rule
        return Answer(self._head.classes, agreement, rule.votes * rule.connections)
