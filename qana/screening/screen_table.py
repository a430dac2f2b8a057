"""Classifies the photos of any sources into one table, and continues an interrupted run."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from qana.errors import UserError
from qana.inference.manifest import DEFAULT_MODEL, ModelEntry, find_entry
from qana.inference.model_store import verify_model
from qana.output_files import find_target
from qana.screening.check_table_place import check_table_place
from qana.screening.chunks import Engine
from qana.screening.local_pool import LocalPool, check_workers
from qana.screening.sources import list_all_photos
from qana.screening.tables import check_format
from qana.screening.unfinished_run import lock_run, open_run

LOCAL, RAY = "local", "ray"
Progress = Callable[[int, int], None]
"""Takes the number of photos that are done and the number of all photos."""


@dataclass(frozen=True)
class ScreeningPlan:
    """What to classify, with what, and where the table goes.

    Attributes:
        sources: paths of folders, ZIP archives, tables with a column of paths, and photos.
        out: the table, .csv or .parquet. A link is followed.
        model: name of the model.
        workers: number of processes or actors, 1 to 1024; None for one on each core.
        engine: "local" or "ray".
        address: of a Ray cluster; None starts Ray on this computer.
        resume: whether to continue an interrupted run.
    """

    sources: Sequence[str]
    out: Path
    model: str = DEFAULT_MODEL
    workers: int | None = None
    engine: str = LOCAL
    address: str | None = None
    resume: bool = False

    @property
    def state_folder(self) -> Path:
        """The folder, beside the table, that keeps the rows until the table is complete."""
        target = find_target(self.out)
        return target.with_name(f"{target.name}.unfinished")


def screen_to_table(plan: ScreeningPlan, on_progress: Progress = lambda done, photos: None) -> int:
    """Classifies photos into a table of one row each, sorted by path.

    The rows depend on neither the engine nor the number of workers. If the process is killed at any
    moment, the same call with `resume` gives the same table, byte for byte.

    Args:
        plan: what to do.
        on_progress: is called at the start and whenever more rows are stored.

    Returns:
        Number of rows.

    Raises:
        UserError: the sources, the model or the state of an interrupted run cannot be used, or
            the table would replace a file that is not a table of screening.
        OSError: the table or its parts cannot be written.
    """
    suffix = check_format(plan.out)
    entry = find_entry(plan.model)
    verify_model(entry)
    if not plan.sources:
        raise UserError("There is nothing to classify: give a folder, archive, table or photo.")
    check_table_place(plan.out, plan.sources)
    engine = make_engine(plan, entry)
    excluded = frozenset(str(path.resolve()) for path in (plan.out, plan.state_folder))
    with lock_run(plan.state_folder):
        paths = list_all_photos(plan.sources, excluded)
        run = open_run(plan.state_folder, paths, entry, plan.resume)
        on_progress(run.done, run.photos)
        try:
            if run.done < run.photos:
                with closing(engine.run(run.list_missing())) as screened:
                    for chunk in screened:
                        run.save(chunk)
                        on_progress(run.done, run.photos)
        except UserError:
            if not run.done:  # nothing is lost, and the next try needs no --resume
                run.remove()
            raise
        run.write(plan.out, suffix)
        run.remove()
    return run.photos


def make_engine(plan: ScreeningPlan, entry: ModelEntry) -> Engine:
    """Makes the engine that a plan names.

    Raises:
        UserError: Ray is not installed, or the number of workers cannot be used.
    """
    workers = check_workers(plan.workers)
    if plan.engine == LOCAL:
        return LocalPool(entry.name, entry.sha256, workers)
    from qana.screening.ray_engine import RayEngine

    return RayEngine(entry.name, entry.sha256, plan.workers, plan.address)
