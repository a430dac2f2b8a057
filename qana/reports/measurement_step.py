"""Describes one step of `python -m qana measure`."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from qana.data.source_names import TITLES
from qana.inference.manifest import find_models_folder

PROJECT = Path(__file__).parents[2]
DATA = "data"
"""Placeholder of the folder that holds all data sets; others are names of single data sets."""
OUTLIERS = "outliers"
"""Placeholder of the folder that `python -m tools.outlier_photos` fills."""


class Duration(StrEnum):
    """Rough duration of a step on two cores."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"


class Need(StrEnum):
    """What a step needs besides data. No step needs an Akida chip: the simulator is bit-exact."""

    CHROMIUM = "chromium"
    NVIDIA = "an NVIDIA GPU"
    SIGNING = "the package model-signing (`pip install '.[sign]'`)"

    def is_met(self) -> bool:
        """Returns whether this computer has it."""
        if self is Need.SIGNING:
            return find_spec("model_signing") is not None
        programs = {
            Need.CHROMIUM: ("chromium", "chromium-browser"),
            Need.NVIDIA: ("nvidia-smi",),
        }
        return any(map(shutil.which, programs[self]))


@dataclass(frozen=True)
class MeasurementStep:
    """One command that measures the deployed networks or writes what hangs on their figures.

    Attributes:
        name: for --only.
        measures: what the step measures or writes, in words.
        files: every file that it writes, relative to the project folder.
        models: names of the deployed models that the files depend on.
        command: the command, word by word. Words in braces, such as {ham10000} or {data}, stand
            for folders.
        duration: rough duration.
        explain_outdated: returns in one sentence why the files do not belong to the present
            weights, or None if they do.
        sources: data sets that it needs, names of `qana.data.sources.SOURCES`.
        needs: what else it needs.
        after: names of earlier steps that it takes results from. It is repeated after them, and
            skipped if one of them fails.
    """

    name: str
    measures: str
    files: tuple[str, ...]
    models: tuple[str, ...]
    command: tuple[str, ...]
    duration: Duration
    explain_outdated: Callable[["MeasurementStep"], str | None]
    sources: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def needs_outliers(self) -> bool:
        """Whether the step needs the folder of photographs without a lesion."""
        return f"{{{OUTLIERS}}}" in self.command

    def format_command(self) -> str:
        """Formats the command as its report records it, with DIR for each folder."""
        return " ".join("DIR" if word.startswith("{") else word for word in self.command)

    def fill_command(self, folders: Mapping[str, Path]) -> list[str]:
        """Fills the folders into the command.

        Args:
            folders: name of each data set, `DATA` or `OUTLIERS`, to its folder.
        """
        return [str(folders[word[1:-1]]) if word.startswith("{") else word for word in self.command]

    def explain_unmet_need(self, folders: Mapping[str, Path]) -> str | None:
        """Returns in one sentence what the step lacks, or None if it can run.

        Args:
            folders: name of each data set that is at hand to its folder.
        """
        lacking = [TITLES[source] for source in self.sources if source not in folders]
        if lacking:
            return f"It needs {', '.join(lacking)}: give --data a folder that holds all of them."
        if self.needs_outliers and OUTLIERS not in folders:
            return (
                "It needs photographs without a lesion: run `python -m tools.outlier_photos DIR` "
                "and give --outliers DIR."
            )
        unmet = [need for need in self.needs if not need.is_met()]
        return f"It needs {' and '.join(unmet)}." if unmet else None


def locate_file(file: str) -> Path:
    """Returns the path of a file of a step. Those of models/ are in the models folder.

    Args:
        file: path relative to the project folder, with forward slashes.
    """
    folder, _, rest = file.partition("/")
    return find_models_folder() / rest if folder == "models" else PROJECT / file
