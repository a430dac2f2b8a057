"""Keeps what Explain needs for one visitor: a photo, its answer, and the maps made so far."""

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from qana.data.lesion_masks import Outlines, fill_outlines
from qana.data.samples import Sample
from qana.explanation.akida_map import AkidaMap
from qana.explanation.faithfulness import compute_energy_in_mask
from qana.explanation.float_answer import FloatAnswer
from qana.explanation.heatmap import is_empty_map, resize_map
from qana.explanation.map_job import can_make_maps
from qana.explanation.map_request import AKIDA_MAP, OCCLUSION, MapRequest
from qana.explanation.occlusion import compute_occlusion_map
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import Diagnosis, diagnose
from qana.inference.manifest import ModelEntry
from qana.inference.prediction import Prediction
from qana.jobs.background_worker import Job
from ui.answered_photo import AnsweredPhoto
from ui.shared_models import get_background_worker

MAKE_MAP = "qana.explanation.map_job:make_map"
PREPARE_MAPS = "qana.explanation.map_job:prepare_maps"


@dataclass
class ExplainSession:
    """One visitor's photo with its maps. It ends with the visitor's session.

    Attributes:
        answer: the photo with its diagnosis. The network that gave it makes every map.
        maps: finished maps, (H, W) float32 each.
        seconds: time that each finished map took, without loading.
        jobs: maps that the background worker is making.
        errors: one sentence for each map that could not be made.
        float_jobs: answers of the float network that the background worker is making.
        float_answers: finished answers of the float network, or one sentence for a failure.
        compared: answers for the comparison, by the SHA-256 of another network or the id of another
            sample.
    """

    answer: AnsweredPhoto
    maps: dict[MapRequest, np.ndarray] = field(default_factory=dict)
    seconds: dict[MapRequest, float] = field(default_factory=dict)
    jobs: dict[MapRequest, Job] = field(default_factory=dict)
    errors: dict[MapRequest, str] = field(default_factory=dict)
    float_jobs: dict[tuple[str, int], Job] = field(default_factory=dict)
    float_answers: dict[tuple[str, int], FloatAnswer | str] = field(default_factory=dict)
    compared: dict[str, AnsweredPhoto] = field(default_factory=dict)

    @property
    def diagnosis(self) -> Diagnosis:
        """The answer that is explained."""
        return self.answer.diagnosis

    @property
    def prediction(self) -> Prediction:
        """The network's answer."""
        return self.answer.prediction

    @property
    def outlines(self) -> Outlines | None:
        """The outlines of the lesion; None for the visitor's own photo."""
        return self.answer.sample.outlines if self.answer.sample else None

    def measure_energy(self, values: np.ndarray) -> float | None:
        """Measures the share of a map that lies on the lesion.

        Args:
            values: (H, W) map.

        Returns:
            The share, 0 to 1; None if the map is empty or the outlines of the lesion are not
            known.
        """
        if not self.outlines or is_empty_map(values):
            return None
        size = len(self.prediction.inputs)
        return compute_energy_in_mask(resize_map(values, size), fill_outlines(self.outlines, size))

    def measure_lesion_share(self) -> float | None:
        """Measures the share of the square that the lesion covers, 0 to 1; None if not known."""
        if not self.outlines:
            return None
        return float(fill_outlines(self.outlines, len(self.prediction.inputs)).mean())

    def collect(self) -> bool:
        """Takes over the maps that the background worker has finished.

        Returns:
            True if there were any.
        """
        done = {request: job.answer for request, job in self.jobs.items() if job.done}
        for request, answer in done.items():
            del self.jobs[request]
            if answer.value is None:
                self.errors[request] = str(answer.error)
            else:
                self.maps[request], self.seconds[request] = answer.value
        return bool(done)


def open_session(
    data: bytes, classifier: AkidaClassifier, sample: Sample | None = None
) -> ExplainSession:
    """Reads and classifies a photo, even if the quality check or the gate rejects it.

    Args:
        data: content of the photo's file.
        classifier: the network that answers.
        sample: the sample, if the photo is one.

    Raises:
        ImageError: the photo cannot be read.
    """
    diagnosis = diagnose(read_image(data), classifier, force=True)
    return ExplainSession(AnsweredPhoto(diagnosis, sample))


def prepare_maps_once(entry: ModelEntry) -> None:
    """Has the background worker load what the first map needs, once for each visitor and network.

    Args:
        entry: the network.
    """
    if st.session_state.get("maps_prepared") != entry.sha256 and can_make_maps():
        get_background_worker().submit(PREPARE_MAPS, model=entry.name, sha256=entry.sha256)
        st.session_state.maps_prepared = entry.sha256


def request_map(session: ExplainSession, request: MapRequest) -> None:
    """Makes a map on Akida at once, or has the background worker make it.

    A map that is finished, being made or impossible is not requested again.

    Args:
        session: takes the map.
        request: the map.
    """
    if request in session.maps or request in session.jobs or request in session.errors:
        return
    prediction, classifier = session.prediction, session.diagnosis.classifier
    if request.method == AKIDA_MAP:
        akida_map = AkidaMap(classifier.layers)
        session.maps[request] = akida_map.compute_grad_cam(prediction.outputs, request.label)
    elif request.method == OCCLUSION:
        words = "Covering one area after the other"
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


def show_progress(session: ExplainSession) -> None:
    """Shows the progress of unfinished maps twice a second. The page stays usable.

    Args:
        session: with the jobs.
    """

    @st.fragment(run_every=0.5)
    def follow() -> None:
        if session.collect():
            st.rerun()
        for request, job in session.jobs.items():
            words = f"{request.method}, {request.form} network: {job.answer.words.lower()}"
            st.progress(min(job.answer.share, 1.0), text=words)

    session.collect()
    if session.jobs:
        follow()
    for request, error in session.errors.items():
        st.warning(f"{request.method}: {error}", icon=":material/warning:")
    if session.errors:
        st.button("Try again", on_click=session.errors.clear)
