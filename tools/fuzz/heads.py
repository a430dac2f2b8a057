"""Way in: learned heads, as a visitor loads them; raw, and forged with a right hash."""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.head_files import DIGEST_BYTES, MAGIC, load_head
from tools.fuzz import documents, raw
from tools.fuzz.chance import Chance

PHOTO = np.full((150, 200, 3), 128, np.uint8)


def head(chance: Chance, folder: Path) -> Callable[[], None]:
    """A head's file, read as Learn does, or from a path as the command does."""
    model = _model()
    data = _changed(chance, _saved())
    path = folder / "a.head"
    from_file = chance.happens(0.2)
    if from_file:
        path.write_bytes(data)

    def feed() -> None:
        learner = EdgeLearner(model)
        if from_file:
            learner.replace_head(load_head(path, model.front_sha256))
        else:
            learner.load(data)
        answer = learner.recognize(PHOTO)
        if len(answer.agreement) != len(answer.classes):
            raise AssertionError("the head answers for other classes than it has")
        EdgeLearner(model).load(learner.encode())

    return feed


@cache
def _model() -> EdgeModel:
    return load_edge_model()


@cache
def _saved() -> bytes:
    learner = EdgeLearner(_model())
    learner.add_class("scar")
    return learner.encode()


def _changed(chance: Chance, data: bytes) -> bytes:
    if chance.happens(0.25):
        return raw.mutated(chance, data)
    end = data.index(b"\n", len(MAGIC))
    header: Any = json.loads(data[len(MAGIC) : end])
    body = data[end + 1 : -DIGEST_BYTES]
    if chance.happens(0.8):
        header = documents.changed(chance, header)
    if chance.happens(0.3):
        body = raw.mutated(chance, body)
    elif chance.happens(0.4):  # the thresholds and swaps alone, as the weights are counted
        body = body[:-700] + raw.mutated(chance, body[-700:])
    forged = MAGIC + documents.text(chance, header) + b"\n" + body
    return forged + hashlib.sha256(forged).digest()
