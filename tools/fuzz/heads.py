"""Generates files of learned heads, damaged or forged with a correct hash."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.head_files import DIGEST_BYTES, MAGIC, load_head
from tools.fuzz import json_documents, raw
from tools.fuzz.input_kinds import Target
from tools.fuzz.random_generator import RandomGenerator

PHOTO = np.full((150, 200, 3), 128, np.uint8)


def generate_head(rng: RandomGenerator, folder: Path) -> Target:
    """Generates a file of a head. The target loads it as the app or as the command does."""
    model = _load_model()
    data = _mutate_head(rng, _encode_head())
    path = folder / "a.head"
    from_file = rng.draw_bool(0.2)
    if from_file:
        path.write_bytes(data)

    def run_target() -> None:
        learner = EdgeLearner(model)
        if from_file:
            learner.replace_head(load_head(path, model.front_sha256))
        else:
            learner.load(data)
        answer = learner.recognize(PHOTO)
        if len(answer.agreement) != len(answer.classes):
            raise AssertionError("the head answers with other classes than its own")
        EdgeLearner(model).load(learner.encode())

    return run_target


@cache
def _load_model() -> EdgeModel:
    return load_edge_model()


@cache
def _encode_head() -> bytes:
    learner = EdgeLearner(_load_model())
    learner.add_class("scar")
    return learner.encode()


def _mutate_head(rng: RandomGenerator, data: bytes) -> bytes:
    if rng.draw_bool(0.25):
        return raw.mutate(rng, data)
    end = data.index(b"\n", len(MAGIC))
    header: Any = json.loads(data[len(MAGIC) : end])
    body = data[end + 1 : -DIGEST_BYTES]
    if rng.draw_bool(0.8):
        header = json_documents.mutate(rng, header)
    if rng.draw_bool(0.3):
        body = raw.mutate(rng, body)
    elif rng.draw_bool(0.4):  # only the thresholds and swaps behind the weights
        body = body[:-700] + raw.mutate(rng, body[-700:])
    forged = MAGIC + json_documents.encode(rng, header) + b"\n" + body
    return forged + hashlib.sha256(forged).digest()
