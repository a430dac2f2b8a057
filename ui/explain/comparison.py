"""Shows two photos, or two networks on one photo, side by side with one cursor."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from qana.classes import BY_CODE, LABELS
from qana.data.samples import Sample, load_all_samples
from qana.errors import UserError
from qana.explanation.answer_map import load_map
from qana.explanation.float_answer import FloatAnswer
from qana.imaging import read_image
from qana.inference.diagnosis import Diagnosis, diagnose, diagnose_again
from qana.inference.manifest import read_manifest
from qana.inference.probabilities import format_percent, malignant_probability
from ui.answered_photo import AnsweredPhoto
from ui.explain.linked_pictures import LinkedSide, show_linked_pictures
from ui.explain.session import ExplainSession
from ui.scan.history import describe_answer, list_visit
from ui.shared_models import get_background_worker, get_classifier

NETWORK, FLOAT, PHOTO = "Another network", "The float network", "Another photo"
ANSWER_FLOAT = "qana.explanation.float_answer:answer_float"


@dataclass(frozen=True, eq=False)
class _Verdict:
    """What one side says, below its pictures."""

    title: str
    probabilities: np.ndarray
    work: str
    recorded: str | None
    credit: str | None


def show_comparison(session: ExplainSession, label: int, opacity: float) -> None:
    """Lets the visitor choose what to compare with, and shows both sides.

    Args:
        session: with the answer on the left.
        label: class of both maps, an index into `qana.classes.LABELS`.
        opacity: of the maps, 0 to 1.
    """
    chosen = st.pills(
        "Compare this answer with",
        [NETWORK, FLOAT, PHOTO],
        key="compared_with",
        default=None,
        wrap=True,
    )
    if chosen is None:
        return
    left = _describe(session.answer)
    if chosen == FLOAT:
        _compare_float(session, label, opacity)
        return
    try:
        other = _choose_network(session) if chosen == NETWORK else _choose_photo(session)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    if other is None:
        return
    sides = tuple(
        _make_side(answer.diagnosis, words.title, label)
        for answer, words in ((session.answer, left), (other, _describe(other)))
    )
    show_linked_pictures((sides[0], sides[1]), opacity, "linked")
    _show_verdicts([left, _describe(other)])


def list_other_photos(session: ExplainSession) -> dict[str, AnsweredPhoto | Sample]:
    """Lists the photos to compare with: the same lesion first, then this visit, then all samples.

    Args:
        session: with the photo on the left.

    Returns:
        Words for each photo to the answer or to the sample.
    """
    own = session.answer.sample
    found: dict[str, AnsweredPhoto | Sample] = {}
    samples = [one for one in load_all_samples() if own is None or one.image_id != own.image_id]
    for sample in samples:
        if own and own.lesion_id and sample.lesion_id == own.lesion_id:
            found[f"The same lesion, {sample.image_type}"] = sample
    for number, answer in enumerate(list_visit(session.answer), start=1):
        if answer is not session.answer:
            found[f"{number}. photo of this visit: {describe_answer(answer)}"] = answer
    for sample in samples:
        if sample not in found.values():
            name = BY_CODE[sample.label].name.lower()
            found[f"Sample {sample.image_id}: {name}, {sample.image_type}"] = sample
    return found


def _choose_network(session: ExplainSession) -> AnsweredPhoto | None:
    names = [entry.name for entry in read_manifest() if entry.name != session.diagnosis.model]
    if not names:
        st.info("There is no other network.", icon=":material/info:")
        return None
    name = st.selectbox("Network on the right", names, key="compared_network", width=320)
    classifier = get_classifier(name)
    key = classifier.entry.sha256
    if key not in session.compared:
        diagnosis = diagnose_again(session.diagnosis, classifier)
        session.compared[key] = AnsweredPhoto(diagnosis, session.answer.sample)
    return session.compared[key]


def _choose_photo(session: ExplainSession) -> AnsweredPhoto:
    photos = list_other_photos(session)
    chosen = st.selectbox("Photo on the right", list(photos), key="compared_photo", width=420)
    photo = photos[chosen]
    if isinstance(photo, AnsweredPhoto):
        return photo
    key = photo.image_id
    if key not in session.compared:
        classifier = session.diagnosis.classifier
        diagnosis = diagnose(read_image(photo.path), classifier, force=True)
        session.compared[key] = AnsweredPhoto(diagnosis, photo)
    return session.compared[key]


def _compare_float(session: ExplainSession, label: int, opacity: float) -> None:
    """Shows the float network on the right, as soon as the background worker has its answer."""
    key = ("float", label)
    if key not in session.float_answers and key not in session.float_jobs:
        session.float_jobs[key] = get_background_worker().submit(
            ANSWER_FLOAT,
            model=session.diagnosis.model,
            inputs=session.prediction.inputs,
            label=label,
            sha256=session.diagnosis.sha256,
        )
    if key in session.float_jobs:
        _follow(session, key)
    left = _describe(session.answer)
    found = session.float_answers.get(key)
    title = f"{session.diagnosis.model}, float"
    if isinstance(found, str):
        st.warning(found, icon=":material/warning:")
        again = session.float_answers.pop
        st.button("Try again", key="float_again", on_click=again, args=(key,))
        return
    values = found.values if isinstance(found, FloatAnswer) else None
    right = LinkedSide(title, session.diagnosis.square, values, BY_CODE[LABELS[label]].name.lower())
    show_linked_pictures(
        (_make_side(session.diagnosis, left.title, label), right), opacity, "linked"
    )
    if isinstance(found, FloatAnswer):
        work = "A float network has no events."
        _show_verdicts([left, _Verdict(title, found.probabilities, work, None, None)])


def _follow(session: ExplainSession, key: tuple[str, int]) -> None:
    @st.fragment(run_every=0.5)
    def follow() -> None:
        job = session.float_jobs.get(key)
        if job is None:
            return
        if job.done:
            del session.float_jobs[key]
            value = job.answer.value
            session.float_answers[key] = str(job.answer.error) if value is None else value
            st.rerun()
        words = f"Float network: {job.answer.words.lower()}"
        st.progress(min(job.answer.share, 1.0), text=words)

    follow()


def _make_side(diagnosis: Diagnosis, title: str, label: int) -> LinkedSide:
    akida_map = load_map(diagnosis.classifier.layers)
    outputs = diagnosis.prediction.outputs if diagnosis.prediction else None
    values = akida_map.compute_grad_cam(outputs, label) if akida_map and outputs else None
    return LinkedSide(title, diagnosis.square, values, BY_CODE[LABELS[label]].name.lower())


def _describe(answer: AnsweredPhoto) -> _Verdict:
    prediction = answer.prediction
    return _Verdict(
        f"{answer.diagnosis.model}: {describe_answer(answer)}",
        prediction.probabilities,
        f"{prediction.events:,} events, {prediction.sparsity:.0%} of all values silent.",
        answer.recorded,
        answer.sample.attribution if answer.sample else None,
    )


def _show_verdicts(verdicts: Sequence[_Verdict]) -> None:
    for column, verdict in zip(st.columns(len(verdicts), gap="large"), verdicts, strict=True):
        with column:
            st.markdown(f"**{verdict.title}**")
            for label in np.argsort(-verdict.probabilities, kind="stable")[:3].tolist():
                share = float(verdict.probabilities[label])
                st.progress(
                    share, text=f"{BY_CODE[LABELS[label]].name} **{format_percent(share)}**"
                )
            look = format_percent(float(malignant_probability(verdict.probabilities)))
            st.caption(f"Needs a professional look: {look}. {verdict.work}")
            if verdict.recorded:
                recorded = BY_CODE[verdict.recorded].name.lower()
                st.caption(f"Recorded: {recorded}. Photo: {verdict.credit}.")
