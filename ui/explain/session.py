"""What Explain keeps for one visitor: a photo, its answer, and the maps made of it so far."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import streamlit as st

from qana.data.lesion_masks import Outlines, fill_outlines
from qana.data.samples import Sample
from qana.explanation.akida_map import AkidaMap
from qana.explanation.faithfulness import compute_energy_in_mask
from qana.explanation.heatmap import resize_map
from qana.explanation.map_job import LAST_LAYER
from qana.explanation.occlusion import compute_occlusion_map
from qana.imaging import read_image
from qana.inference.classifier import Prediction
from qana.inference.diagnosis import Diagnosis, diagnose
from qana.jobs.background_worker import Job
from ui.answered_photo import AnsweredPhoto
from ui.shared_models import get_background_worker, get_classifier

AKIDA, OCCLUSION = "Akida map", "Occlusion"
ON_AKIDA = {AKIDA, OCCLUSION}
MAKE_MAP = "qana.explanation.map_job:make_map"


class MapRequest(NamedTuple):
    """One map: by which method, of which network, at which layer, for which class."""

    method: str
    form: str
    layer: str
    label: int


@dataclass
class ExplainSession:
    """Lives in the session's state, so the photo is gone with the visitor.

    Attributes:
        answer: the photo with its diagnosis. Every map is made by the network that gave it.
        maps: finished maps, (H, W) each.
        seconds: time that a finished map took, without loading.
        jobs: maps that the background worker is making.
        troubles: one sentence for each map that could not be made.
    """

    answer: AnsweredPhoto
    maps: dict[MapRequest, np.ndarray] = field(default_factory=dict)
    seconds: dict[MapRequest, float] = field(default_factory=dict)
    jobs: dict[MapRequest, Job] = field(default_factory=dict)
    troubles: dict[MapRequest, str] = field(default_factory=dict)

    @property
    def diagnosis(self) -> Diagnosis:
        """The answer that is explained."""
        return self.answer.diagnosis

    @property
    def prediction(self) -> Prediction:
        """What the network said."""
        return self.answer.prediction

    @property
    def outlines(self) -> Outlines | None:
        """The outlines of the lesion, for a sample."""
        return self.answer.sample.outlines if self.answer.sample else None

    def measure_energy(self, values: np.ndarray) -> float | None:
        """Measures the share of a map that lies on the lesion; None where no mask is known."""
        if not self.outlines:
            return None
        size = len(self.prediction.inputs)
        return compute_energy_in_mask(resize_map(values, size), fill_outlines(self.outlines, size))

    def collect(self) -> bool:
        """Takes the maps that the background worker has finished; True where there were any."""
        done = {request: job.answer for request, job in self.jobs.items() if job.done}
        for request, answer in done.items():
            del self.jobs[request]
            if answer.value is None:
                self.troubles[request] = str(answer.trouble)
            else:
                self.maps[request], self.seconds[request] = answer.value
        return bool(done)


def open_session(source: bytes, model: str, sample: Sample | None = None) -> ExplainSession:
    """Reads and classifies a photo, whatever the gate decides.

    Args:
        source: the bytes of the photo's file.
        model: name of the network that answers.
        sample: the sample that the photo is of, if it is one.

    Raises:
        ImageError: the photo cannot be read.
    """
    diagnosis = diagnose(read_image(source), get_classifier(model), force=True)
    return ExplainSession(AnsweredPhoto(diagnosis, sample))


def request_map(session: ExplainSession, request: MapRequest) -> None:
    """Has a map made: at once on Akida, else by the background worker."""
    if request in session.maps or request in session.jobs or request in session.troubles:
        return
    prediction, classifier = session.prediction, session.diagnosis.classifier
    if request.method == AKIDA:
        akida_map = AkidaMap(classifier.layers)
        session.maps[request] = akida_map.compute_grad_cam(prediction.outputs, request.label)
    elif request.method == OCCLUSION:
        words = "Covering one place after the other"
        bar = st.progress(0.0, text=words)
        session.maps[request] = compute_occlusion_map(
            classifier.logits,
            prediction.inputs,
            request.label,
            session.diagnosis.temperature,
            lambda share: bar.progress(share, text=words),
        )
        bar.empty()
    else:
        session.jobs[request] = get_background_worker().submit(
            MAKE_MAP,
            model=session.diagnosis.model,
            form=request.form,
            method=request.method,
            layer=request.layer,
            inputs=prediction.inputs,
            label=request.label,
            sha256=session.diagnosis.sha256,
        )


def make_akida_request(method: str, label: int) -> MapRequest:
    """Makes the request for a map from Akida."""
    return MapRequest(method, "akida", LAST_LAYER, label)


def show_progress(session: ExplainSession) -> None:
    """Shows the progress of the maps in the making, twice a second; the page stays usable."""

    @st.fragment(run_every=0.5)
    def progress() -> None:
        if session.collect():
            st.rerun()
        for request, job in session.jobs.items():
            words = f"{request.method}, {request.form} network: {job.answer.words.lower()}"
            st.progress(min(job.answer.share, 1.0), text=words)

    session.collect()
    if session.jobs:
        progress()
    for request, trouble in session.troubles.items():
        st.warning(f"{request.method}: {trouble}", icon=":material/warning:")
    if session.troubles:
        st.button("Try again", on_click=session.troubles.clear)
