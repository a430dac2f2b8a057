"""The explaining process: python -m qana.explain.worker, started by `qana.explain.workshop`.

TensorFlow and torch take half a minute and more than a gigabyte to load, and hold Python's lock
while they do. In a process of their own they freeze nobody's page, and when nobody has asked for a
while the memory goes back. Photos come and maps go through pipes and touch no disk.
"""

import os
import pickle
import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from qana.commands.common import quiet_tensorflow
from qana.errors import UserError
from qana.explain.forms import LAYERS, load_form
from qana.explain.requests import Answer, Request
from qana.spiking.store import find_entry

IDLE_SECONDS = 600
Tell = Callable[[str, float], None]


class _Networks:
    """Keras networks, each loaded when it is first asked for."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Any] = {}

    def get(self, model: str, form: str, tell: Tell) -> Any:
        if (model, form) not in self._known:
            entry = find_entry(model)
            tell("Loading TensorFlow", 0.05)
            from qana.explain.keras_network import KerasNetwork

            tell("Loading torch and grad-cam", 0.25)
            import qana.explain.grad_cam  # noqa: F401

            tell(f"Loading the {form} network", 0.4)
            network = KerasNetwork(load_form(entry, form), LAYERS)
            tell("Preparing its gradients", 0.7)
            blank = np.zeros((1, *entry.input_shape), np.float32)
            network.gradients(blank, np.zeros((1, 7), np.float32))
            network.logits(blank)
            self._known[model, form] = network
        return self._known[model, form]


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers requests until their stream ends or none has come for ten minutes."""
    waiting: queue.Queue[Request] = queue.Queue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    networks = _Networks()

    def send(answer: Answer) -> None:
        pickle.dump(answer, answers)
        answers.flush()

    while True:
        try:
            request = waiting.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return
        try:
            send(_answer(request, networks, send))
        except UserError as error:
            send(Answer(request.number, trouble=str(error)))


def _answer(request: Request, networks: _Networks, send: Callable[[Answer], None]) -> Answer:
    def tell(words: str, share: float) -> None:
        send(Answer(request.number, words, share))

    network = networks.get(request.model, request.form, tell)
    from qana.explain.grad_cam import explain

    tell(f"{request.method} on the {request.form} network", 0)
    start = time.perf_counter()
    values = explain(
        network,
        request.method,
        request.layer,
        request.inputs[None],
        np.array([request.label]),
        lambda share: tell(f"{request.method}: the network is asked once a channel", share),
    )[0]
    return Answer(request.number, "", 1.0, values, time.perf_counter() - start)


def _receive(requests: BinaryIO, waiting: "queue.Queue[Request]") -> None:
    try:
        while True:
            waiting.put(pickle.load(requests))
    except (EOFError, OSError):
        os._exit(0)  # whoever asked is gone, and loading for nobody would take a minute


if __name__ == "__main__":
    quiet_tensorflow()
    os.environ.setdefault("TQDM_DISABLE", "1")
    if hasattr(os, "nice"):
        os.nice(5)  # a visitor who classifies goes before one who explains
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall among the answers
    serve(sys.stdin.buffer, pipe)
