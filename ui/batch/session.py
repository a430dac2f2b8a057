"""Keeps the batch of one visitor, and opens one of its photos on another page."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from qana.data.labelled_names import NamedLabel
from qana.errors import UserError
from qana.imaging import decode_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import diagnose
from qana.screening.fair_queue import Batch, FairQueue
from qana.screening.local_pool import count_cores
from qana.screening.photo_answer import PhotoAnswer
from qana.screening.photo_collection import ChosenFile, PhotoCollection
from ui.answered_photo import AnsweredPhoto
from ui.explain.session import ExplainSession
from ui.framing import encode_preview
from ui.scan.show_answer import show_on_scan

KEY = "batch"
MOST_THREADS = 4


@dataclass
class BatchSession:
    """One visitor's batch.

    Attributes:
        batch: the photos and their answers.
        session_id: session of the browser that shows it. A reload starts another one.
        labels: of the photos; empty without a table of labels.
        labels_error: one sentence on why the labels cannot be used.
    """

    batch: Batch
    session_id: str
    labels: list[NamedLabel] = field(default_factory=list)
    labels_error: str | None = None

    @property
    def answers(self) -> list[PhotoAnswer]:
        """The answers so far without those to tables, the most urgent photos first."""
        collection = self.batch.collection
        tables = frozenset(collection.tables if collection else ())
        answers = [one for one in self.batch.answers if one.row.path not in tables]
        return sorted(answers, key=lambda one: -(one.row.malignant_probability or -1.0))

    @property
    def photos(self) -> int:
        """Number of photos."""
        return len(self.batch.collection.photos) if self.batch.collection else 0

    def read_labels(self, more: Sequence[ChosenFile] = ()) -> None:
        """Reads the labels from the tables of the batch and from further ones."""
        assert self.batch.collection is not None
        try:
            self.labels = self.batch.collection.find_labels(more)
            self.labels_error = None
        except UserError as error:
            self.labels, self.labels_error = [], str(error)


def start_batch(collection: PhotoCollection, classifier: AkidaClassifier) -> None:
    """Starts to classify photos in the background.

    Raises:
        UserError: the photos of all visitors take too much memory. The sentence says so.
    """
    batch = Batch(collection, classifier)
    session = BatchSession(batch, _get_session_id())
    batch.present = lambda: _is_connected(session.session_id)
    session.read_labels()
    _get_queue().add(batch)
    end_batch()
    st.session_state[KEY] = session


def find_batch() -> BatchSession | None:
    """Finds the batch of this visitor; None if there is none or its photos were dropped."""
    session: BatchSession | None = st.session_state.get(KEY)
    return session if session and session.batch.collection else None


def claim_batch() -> None:
    """Lets the batch of this visitor go on, on every page and after a reload.

    Call it before each page runs.
    """
    if session := find_batch():
        session.session_id = _get_session_id()


def end_batch() -> None:
    """Drops the photos and answers of this visitor's batch, if there is one."""
    if session := find_batch():
        session.batch.close()
    st.session_state.pop(KEY, None)


def open_photo(session: BatchSession, path: str, page: str) -> None:
    """Opens a photo of the batch on another page, with the network that answered.

    Args:
        session: the batch.
        path: of a photo that could be read.
        page: "scan" or "explain".
    """
    batch = session.batch
    if batch.collection is None:
        return
    photo = decode_image(batch.collection.read(path))
    explain = page == "explain"
    diagnosis = diagnose(photo, batch.classifier, force=explain)
    if diagnosis.prediction is None:  # Scan can frame it again
        st.session_state.photo = (photo, encode_preview(photo))
    if explain:
        st.session_state.explained = ExplainSession(AnsweredPhoto(diagnosis))
    else:
        show_on_scan(AnsweredPhoto(diagnosis), photo)
    st.switch_page(f"pages/{page}.py")


@st.cache_resource(show_spinner=False)
def _get_queue() -> FairQueue:
    """Gets the queue of this server. A second thread decodes while the engine answers."""
    return FairQueue(max(2, min(count_cores(), MOST_THREADS)))


def _get_session_id() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""


def _is_connected(session_id: str) -> bool:
    """Returns whether a browser shows a session. In a test without a server, all are shown."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session_id)
