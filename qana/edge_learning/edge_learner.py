"""Trains an edge head photo by photo, with undo, reset, save and load."""

import time
from collections import deque
from dataclasses import dataclass

import numpy as np

from qana.edge_learning.class_names import find_class, make_class_name
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head import Head, HeadError, add_class, remove_class
from qana.edge_learning.head_files import decode_head, encode_head

MAX_UNDO_STEPS = 50


@dataclass(frozen=True)
class Answer:
    """Scores of a head for one photo.

    Attributes:
        classes: (C,) class names.
        agreement: (C,) int32, score of each class: the number of spikes that reach the strongest
            neurons of the class, 0 to `connections`.
        connections: number of connections of these neurons, the largest possible score.
    """

    classes: tuple[str, ...]
    agreement: np.ndarray
    connections: int

    @property
    def name(self) -> str:
        """Predicted class: the one with the largest score, the first one on a tie."""
        return self.classes[int(self.agreement.argmax())]


@dataclass(frozen=True)
class LearningStep:
    """Result of learning one photo.

    Attributes:
        name: class that the photo was learned as.
        before: scores of the photo before learning.
        after: scores of the photo after learning.
        learn_ms: wall time of the learning call on this machine, in milliseconds.
        swapped: number of connections that moved to another spike.
        events: number of events of the photo in all layers before the head.
    """

    name: str
    before: Answer
    after: Answer
    learn_ms: float
    swapped: int
    events: int


class EdgeLearner:
    """Holds one user's head and trains it. It stores heads and no photos.

    Example:
        >>> learner = EdgeLearner(load_edge_model())
        >>> learner.add_class("scar")
        >>> step = learner.learn(read_image("scar.jpg"), "scar")
        >>> learner.recognize(read_image("other.jpg")).name
    """

    def __init__(self, model: EdgeModel) -> None:
        """Starts with the head of the seven classes.

        Args:
            model: model that the head belongs to. Several learners can share it.
        """
        self._model = model
        self._head = model.initial_head
        self._past: deque[Head] = deque(maxlen=MAX_UNDO_STEPS)

    @property
    def head(self) -> Head:
        """Current head."""
        return self._head

    @property
    def undo_steps(self) -> int:
        """Number of steps that `undo` can take back, at most `MAX_UNDO_STEPS`."""
        return len(self._past)

    def recognize(self, image: np.ndarray) -> Answer:
        """Recognizes a photo.

        Args:
            image: (H, W, 3) uint8 RGB. The head sees its centre square.

        Returns:
            Scores of all classes.
        """
        return self._recognize_inputs(self._model.to_inputs(image))

    def learn(self, image: np.ndarray, name: str) -> LearningStep:
        """Learns one photo on the device.

        Args:
            image: (H, W, 3) uint8 RGB. The head sees its centre square.
            name: class of the photo.

        Returns:
            Scores before and after, time and changes.

        Raises:
            HeadError: the head does not have this class. The head does not change.
        """
        place = self._head.index(name)
        inputs = self._model.to_inputs(image)
        before = self._recognize_inputs(inputs)
        start = time.perf_counter()
        learned = self._model.engine.learn(self._head, inputs, [place])
        learn_ms = (time.perf_counter() - start) * 1e3
        swapped = int((learned.weights > self._head.weights).sum())
        self._push(learned)
        after, events = self._recognize_inputs(inputs), self._model.count_events(inputs)
        return LearningStep(name, before, after, learn_ms, swapped, events)

    def add_class(self, name: str) -> None:
        """Adds a class that has not learned anything.

        Args:
            name: 1 to 40 printable characters. It is stored as
                `qana.edge_learning.class_names.make_class_name` writes it.

        Raises:
            HeadError: the name is invalid or stands for a class of the head, also in another case
                or Unicode form, or the head has no room for a class.
        """
        self._push(
            add_class(self._head, find_class(self._head.classes, name) or make_class_name(name))
        )

    def remove_class(self, name: str) -> None:
        """Removes a class and its neurons.

        Args:
            name: class name.

        Raises:
            HeadError: the head does not have this class, or it is the only one.
        """
        self._push(remove_class(self._head, name))

    def undo(self) -> None:
        """Takes the last step back, bit for bit. Does nothing if there is none."""
        if self._past:
            self._head = self._past.pop()

    def reset(self) -> None:
        """Returns to the head of the seven classes and discards all steps."""
        self._head = self._model.initial_head
        self._past.clear()

    def encode(self) -> bytes:
        """Encodes the head as the content of a `.head` file."""
        return encode_head(self._head, self._model.front_sha256)

    def load(self, data: bytes) -> None:
        """Replaces the head by a saved one.

        Args:
            data: content of a `.head` file.

        Raises:
            HeadError: the data are invalid or belong to another network. The head does not change.
        """
        self.replace_head(decode_head(data, self._model.front_sha256))

    def replace_head(self, head: Head) -> None:
        """Replaces the head by another one. `undo` takes this step back.

        Args:
            head: head with the learning rule and the number of spikes of the model.

        Raises:
            HeadError: the learning rule or the number of spikes differs. The head does not change.
        """
        start = self._model.initial_head
        if (head.rule, head.spike_count) != (start.rule, start.spike_count):
            raise HeadError("The head was made for another learning rule: load another one.")
        self._push(head)

    def _push(self, head: Head) -> None:
        self._past.append(self._head)
        self._head = head

    def _recognize_inputs(self, inputs: np.ndarray) -> Answer:
        scores = self._model.engine.recognize(self._head, inputs)[0]
        rule = self._head.rule
        return Answer(self._head.classes, scores, rule.votes * rule.connections)
