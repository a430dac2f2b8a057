"""Gets values that the background worker computes while the visitor reads on."""

from typing import Any

import streamlit as st

from qana.jobs.background_worker import Job
from ui.convert.photo import WALKTHROUGH_MODEL, WalkthroughPhoto
from ui.shared_models import get_background_worker

PRELOAD = "qana.walkthrough.bit_widths_job:load_networks"


@st.cache_resource
def _get_shared_jobs() -> dict[Any, Job]:
    """Holds the jobs whose values are the same for every visitor."""
    return {}


def get_result(task: str, photo: WalkthroughPhoto | None = None, **arguments: Any) -> Any | None:
    """Gets the value of a job, or shows its progress while the page stays usable.

    Args:
        task: "module:function"; see `qana.jobs.worker.JobFunction`. It is called with `model`, the
            name of the deployed model, and with `arguments`.
        photo: the visitor's photo, passed on as `inputs`, (S, S, 3) uint8; None for a job that does
            not need it.
        arguments: hashable and picklable.

    Returns:
        The value; None if it is not there yet or cannot be computed.
    """
    jobs = photo.jobs if photo else _get_shared_jobs()
    key = (task, *sorted(arguments.items()))
    if key not in jobs:
        jobs[key] = _start(task, photo, arguments)
    job = jobs[key]
    if not job.done:
        _follow(job)
        return None
    if job.answer.error is None:
        return job.answer.value
    st.warning(job.answer.error, icon=":material/warning:")
    st.button("Try again", key=f"again{hash(key)}", on_click=_forget, args=(jobs, key, job))
    return None


def preload_networks() -> None:
    """Loads TensorFlow and the networks in the background and shows the progress."""
    jobs = _get_shared_jobs()
    lost = PRELOAD in jobs and jobs[PRELOAD].done and not get_background_worker().running
    if PRELOAD not in jobs or lost:
        jobs[PRELOAD] = _start(PRELOAD, None, {})
    if not jobs[PRELOAD].done:
        _follow(jobs[PRELOAD], "For the next chapters: ")


def _forget(jobs: dict[Any, Job], key: Any, failed: Job) -> None:
    """Forgets a failed job, unless another visitor has started it again."""
    if jobs.get(key) is failed:
        del jobs[key]


def _start(task: str, photo: WalkthroughPhoto | None, arguments: dict[str, Any]) -> Job:
    worker = get_background_worker()
    if photo is None:
        return worker.submit(task, model=WALKTHROUGH_MODEL, **arguments)
    diagnosis = photo.answer.diagnosis
    return worker.submit(
        task,
        model=diagnosis.model,
        sha256=diagnosis.sha256,
        inputs=photo.prediction.inputs,
        **arguments,
    )


def _follow(job: Job, before: str = "") -> None:
    @st.fragment(run_every=0.5)
    def show_progress() -> None:
        if job.done:
            st.rerun()
        st.progress(min(job.answer.share, 1.0), text=before + job.answer.words)

    show_progress()
