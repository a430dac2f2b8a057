"""Values that the workshop computes while the visitor reads on."""

from typing import Any

import streamlit as st

from qana.jobs.background_worker import Job
from ui.convert.photo import WALKTHROUGH_MODEL, WalkthroughPhoto
from ui.shared_models import get_background_worker

WARM = "qana.walkthrough.bit_widths_job:load_networks"


@st.cache_resource
def _shared() -> dict[Any, Job]:
    """What is the same for every visitor is asked once."""
    return {}


def get_result(task: str, photo: WalkthroughPhoto | None = None, **arguments: Any) -> Any | None:
    """The value of a task if it is there; else shows how far it is, and the page stays usable.

    Args:
        task: "module:function"; see `qana.jobs.worker.JobFunction`. It is called with `model`, the
            name of the deployed model, and with `arguments`.
        photo: passed on as `inputs`, (S, S, 3) uint8, to a task about the visitor's photo.
        arguments: hashable and plain.
    """
    jobs = photo.jobs if photo else _shared()
    key = (task, *sorted(arguments.items()))
    if key not in jobs:
        jobs[key] = _begin(task, photo, arguments)
    job = jobs[key]
    if not job.done:
        _follow(job)
        return None
    if job.answer.trouble is None:
        return job.answer.value
    st.warning(job.answer.trouble, icon=":material/warning:")
    st.button("Try again", key=f"again{hash(key)}", on_click=_forget, args=(jobs, key, job))
    return None


def preload_networks() -> None:
    """Has TensorFlow and the networks loaded while the reader reads, and shows how far that is."""
    jobs = _shared()
    lost = WARM in jobs and jobs[WARM].done and not get_background_worker().running
    if WARM not in jobs or lost:
        jobs[WARM] = _begin(WARM, None, {})
    if not jobs[WARM].done:
        _follow(jobs[WARM], "For the chapters to come: ")


def _forget(jobs: dict[Any, Job], key: Any, failed: Job) -> None:
    """Unless another visitor has asked anew already."""
    if jobs.get(key) is failed:
        del jobs[key]


def _begin(task: str, photo: WalkthroughPhoto | None, arguments: dict[str, Any]) -> Job:
    inputs = {"inputs": photo.prediction.inputs} if photo else {}
    model = photo.classifier.name if photo else WALKTHROUGH_MODEL
    return get_background_worker().submit(task, model=model, **inputs, **arguments)


def _follow(job: Job, before: str = "") -> None:
    @st.fragment(run_every=0.5)
    def progress() -> None:
        if job.done:
            st.rerun()
        st.progress(min(job.answer.share, 1.0), text=before + job.answer.words)

    progress()
