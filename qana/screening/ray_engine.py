"""Classifies chunks on a Ray cluster, or with Ray on this computer.

Ray Data sends each chunk to one of several actors, which keep a loaded `ScreeningWorker`. A run
continues by the numbers of the chunks, so it can even change between this engine and the local one.
"""

import logging
import os
import pickle
import socket
import traceback
import warnings
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from qana.errors import UserError
from qana.inference.chips import report_problem
from qana.screening.chunks import Chunk, ScreenedChunk
from qana.screening.local_pool import LocalPool, count_cores
from qana.screening.rows import format_path
from qana.screening.worker import ScreeningWorker

try:
    import ray
    import ray.data
except ModuleNotFoundError:
    raise UserError(
        "This needs the package ray, which the extra screen installs: in a checkout, run "
        "`pip install '.[screen]'`."
    ) from None

ACTOR_CORES = 0.5
"""Cores that an actor reserves. It uses a whole one, but as many actors as cores would reserve all
of them: then Ray's own tasks, which feed the actors, would wait for ever on a small computer."""
CHUNKS_AT_ONCE = 4096
"""Chunks of one Ray data set. The memory of this process stays the same for any number of them."""
TRIES = 2
"""Times that Ray repeats a chunk whose actor was killed. After that it is classified here, where a
photo that ends the process is found."""
STARTS = 3
"""Times that starting Ray on this computer is tried. It gives up by itself after 30 s."""
REACH_SECONDS = 10.0
STORE_BYTES = 256 * 2**20
"""Size of Ray's object store on this computer. Chunks and rows take a few megabytes."""
ROOT = Path(__file__).parents[2]


class RayWorker:
    """An actor: a `ScreeningWorker` with the interface of `ray.data.Dataset.map_batches`."""

    def __init__(self, model: str, sha256: str, folder: str) -> None:
        """Loads the model.

        Args:
            model: name of the model.
            sha256: of its .fbz file; the one of this node must be the same.
            folder: where relative paths start.
        """
        self._folder = folder
        self._error: UserError | None = None
        try:
            self._worker = ScreeningWorker(model, sha256)
        except UserError as error:  # Ray would start one actor after the other
            self._error = error

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        """Classifies one chunk.

        Args:
            batch: columns "number" and "paths" (pickled, as Arrow has no text that is no UTF-8).

        Returns:
            Columns "number", "rows", likewise, in place of the rows the error of the model, and
            "warning": a sentence on a chip that cannot be used, or nothing.
        """
        number = [int(batch["number"][0])]
        if self._error is not None:
            return {"number": number, "rows": [pickle.dumps(self._error)], "warning": [""]}
        paths = pickle.loads(batch["paths"][0])
        found = self._worker.screen([os.path.join(self._folder, path) for path in paths])  # noqa: PTH118 - a Path changes names
        rows = [
            replace(row, path=format_path(path)) for row, path in zip(found, paths, strict=True)
        ]
        warning = self._worker.warning or ""
        return {"number": number, "rows": [pickle.dumps(tuple(rows))], "warning": [warning]}


class RayEngine:
    """An engine of Ray actors; see `qana.screening.chunks.Engine`."""

    def __init__(
        self, model: str, sha256: str, workers: int | None = None, address: str | None = None
    ) -> None:
        """Starts nothing yet.

        Args:
            model: name of the model.
            sha256: of its .fbz file, 64 hex digits.
            workers: number of actors; None for one on each core of the cluster.
            address: of the cluster; None starts Ray on this computer.
        """
        self._model, self._sha256 = model, sha256
        self._workers, self._address = workers, address

    def run(self, chunks: Iterable[Chunk]) -> Generator[ScreenedChunk]:
        """Classifies chunks with the actors; see `Engine.run`."""
        started = not ray.is_initialized()
        if started:
            self._connect()
        try:
            remaining = iter(chunks)
            while wave := list(islice(remaining, CHUNKS_AT_ONCE)):
                missing = {chunk.number: chunk for chunk in wave}
                for screened in self._run_wave(wave):
                    del missing[screened.number]
                    yield screened
                yield from LocalPool(self._model, self._sha256, 1).run(missing.values())
        finally:
            if started:
                ray.shutdown()

    def _connect(self) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # it writes to stderr, too
        options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
        if (ROOT / "pyproject.toml").is_file():  # a checkout, which the actors must find, too
            places = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
            options["runtime_env"] = {"env_vars": {"PYTHONPATH": os.pathsep.join(places)}}
        if self._address is None:
            options |= {
                "address": "local",
                "num_cpus": max(count_cores(), 1 + round(ACTOR_CORES * (self._workers or 1))),
                "object_store_memory": STORE_BYTES,
                "include_dashboard": False,
            }
        else:
            options["address"] = self._address
        for start in range(1, STARTS + 1):
            try:
                if self._address is not None:
                    _check_address(self._address)
                ray.init(**options)
                return
            except Exception as error:  # Ray raises many kinds, also plain Exception
                ray.shutdown()
                if self._address is None and start < STARTS:
                    continue  # a busy computer may start too slowly for Ray
                raise UserError(_explain_start(error, self._address)) from error

    def _run_wave(self, chunks: list[Chunk]) -> Iterator[ScreenedChunk]:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.max_errored_blocks = -1  # what fails is classified here afterwards
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        items = [{"number": chunk.number, "paths": pickle.dumps(chunk.paths)} for chunk in chunks]
        actors = ray.data.ActorPoolStrategy(size=min(self._count_actors(), len(items)))
        with warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
            # Only until Ray 2.64 can the number of retries be set; pyproject.toml excludes it.
            screened = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
                RayWorker,
                fn_constructor_args=(self._model, self._sha256, str(Path.cwd())),
                batch_size=1,
                num_cpus=ACTOR_CORES,
                compute=actors,
                scheduling_strategy="SPREAD",
                max_restarts=-1,
                max_task_retries=TRIES,
            )
        for row in screened.iter_rows():
            rows = pickle.loads(row["rows"])
            if isinstance(rows, UserError):
                raise rows
            if row["warning"]:
                report_problem(row["warning"])
            yield ScreenedChunk(int(row["number"]), rows)

    def _count_actors(self) -> int:
        return self._workers or max(1, int(ray.cluster_resources().get("CPU", 1)))


def _explain_start(error: Exception, address: str | None) -> str:
    """Explains why Ray cannot be used, in one sentence."""
    # The reason is a text inside the cause of the error.
    if address and "AuthenticationError" in "".join(traceback.format_exception(error)):
        return (
            f"The Ray cluster at {address} asks for a token: set RAY_AUTH_MODE=token, and copy "
            "~/.ray/auth_token from the first computer of the cluster."
        )
    where = f"at {address}" if address else "on this computer"
    return (
        f"Ray cannot be reached or started {where}: start a cluster with `ray start --head`, or "
        "use --engine local."
    )


def _check_address(address: str) -> None:
    """Raises `OSError` if nothing answers at "host:port". Ray itself would wait for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
