"""What one visitor has before them: a photo, its answer, the maps made of it so far."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st

from qana.data.lesion_masks import mask_of, read_outlines
from qana.explanation.akida_map import AkidaMap
from qana.explanation.faithfulness import energy_in_mask
from qana.explanation.heatmap import enlarged
from qana.explanation.occlusion import occlusion
from qana.inference.classifier import Prediction
from qana.inference.diagnosis import Scan, scan
from qana.inference.manifest import DEFAULT_MODEL
from qana.jobs.background_worker import Job
from qana.network.keras_forms import LAST
from ui.shared_models import classifier, workshop

AKIDA, OCCLUSION = "Akida map", "Occlusion"
ON_AKIDA = {AKIDA, OCCLUSION}
MAKE_MAP = "qana.explanation.map_job:make_map"


class Ask(NamedTuple):
    """One map: how, of which network, at which layer, for which class."""

    method: str
    form: str
    layer: str
    label: int


@dataclass
class Board:
    """Lives in the session's state, so the photo is gone with the visitor."""

    scan: Scan
    prediction: Prediction
    image_id: str | None
    recorded: str | None
    maps: dict[Ask, np.ndarray] = field(default_factory=dict)
    seconds: dict[Ask, float] = field(default_factory=dict)
    jobs: dict[Ask, Job] = field(default_factory=dict)
    troubles: dict[Ask, str] = field(default_factory=dict)

    @property
    def outlines(self) -> list[list[list[int]]] | None:
        """The lesion's outlines, for a sample."""
        return read_outlines().get(self.image_id) if self.image_id else None

    def energy(self, values: np.ndarray) -> float | None:
        """Share of a map that lies on the lesion; None where no mask is known."""
        if not self.outlines:
            return None
        size = len(self.prediction.inputs)
        return energy_in_mask(enlarged(values, size), mask_of(self.outlines, size))

    def collect(self) -> bool:
        """Takes what the explaining process has finished; True where there was something."""
        done = {ask: job.answer for ask, job in self.jobs.items() if job.done}
        for ask, answer in done.items():
            del self.jobs[ask]
            if answer.value is None:
                self.troubles[ask] = str(answer.trouble)
            else:
                self.maps[ask], self.seconds[ask] = answer.value
        return bool(done)


def open_board(source: bytes | Path, image_id: str | None, recorded: str | None) -> Board:
    """Reads and classifies a photo, whatever the gate thinks of it.

    Raises:
        ImageError: it cannot be read.
    """
    found = scan(source, classifier(), insist=True)
    assert found.prediction is not None
    return Board(found, found.prediction, image_id, recorded)


def request(board: Board, ask: Ask) -> None:
    """Sees to it that a map is made: at once on Akida, else in the explaining process."""
    if ask in board.maps or ask in board.jobs or ask in board.troubles:
        return
    prediction = board.prediction
    if ask.method == AKIDA:
        head = AkidaMap(classifier().layers)
        board.maps[ask] = head.grad_cam(prediction.outputs, ask.label)
    elif ask.method == OCCLUSION:
        bar = st.progress(0.0, text="Covering one place after the other")
        engine = classifier()
        board.maps[ask] = occlusion(
            engine.logits,
            prediction.inputs,
            ask.label,
            engine.entry.temperature,
            lambda share: bar.progress(share, text="Covering one place after the other"),
        )
        bar.empty()
    else:
        board.jobs[ask] = workshop().ask(
            MAKE_MAP,
            model=DEFAULT_MODEL,
            form=ask.form,
            method=ask.method,
            layer=ask.layer,
            inputs=prediction.inputs,
            label=ask.label,
            sha256=classifier().entry.sha256,
        )


def akida(method: str, label: int) -> Ask:
    """The request for a map from Akida."""
    return Ask(method, "akida", LAST, label)


def follow(board: Board) -> None:
    """Progress of what is being made, looked at twice a second; the page stays usable."""

    @st.fragment(run_every=0.5)
    def progress() -> None:
        if board.collect():
            st.rerun()
        for ask, job in board.jobs.items():
            words = f"{ask.method}, {ask.form} network: {job.answer.words.lower()}"
            st.progress(min(job.answer.share, 1.0), text=words)

    board.collect()
    if board.jobs:
        progress()
    for ask, trouble in board.troubles.items():
        st.warning(f"{ask.method}: {trouble}", icon=":material/warning:")
    if board.troubles:
        st.button("Try again", on_click=board.troubles.clear)
