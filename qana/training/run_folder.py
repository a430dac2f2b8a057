"""Stores the networks of a run's stages, so that a stopped run can be resumed."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import tf_keras as keras

from qana.errors import DataError
from qana.network.quantizeml_loading import load_model
from qana.training import ProgressCallback
from qana.training.recipe import Recipe


class RunFolder:
    """Folder `runs`/<recipe name> with the results of the stages of one recipe.

    Attributes:
        path: the folder.
    """

    def __init__(self, runs: Path, recipe: Recipe, progress: ProgressCallback) -> None:
        """Creates the folder and writes the recipe to it.

        Args:
            runs: folder of all runs.
            recipe: recipe of the run.
            progress: receives one line for each stage.

        Raises:
            DataError: the folder has a run of another recipe with this name.
        """
        self.path, self._progress = runs / recipe.name, progress
        self.path.mkdir(parents=True, exist_ok=True)
        marker = self.path / "recipe.json"
        if marker.is_file() and json.loads(marker.read_text())["digest"] != recipe.digest():
            raise DataError(
                f"{self.path} has a run of another recipe named {recipe.name}: remove that folder "
                "or choose another one with --runs."
            )
        written = {"digest": recipe.digest(), **dataclasses.asdict(recipe)}
        marker.write_text(json.dumps(written, indent=1) + "\n")

    def load_or_make(self, name: str, make: Callable[[], keras.Model]) -> keras.Model:
        """Loads the network of a stage. A missing network is made and stored first.

        Args:
            name: name of the stage, the stem of its .h5 file.
            make: makes the network.

        Returns:
            A new copy of the stored network.
        """
        path = self.path / f"{name}.h5"
        if path.is_file():
            self._progress(f"Stage {name}: already done, loading {path.name}")
        else:
            self._progress(f"Stage {name}")
            unfinished = path.with_suffix(".unfinished.h5")
            make().save(unfinished, include_optimizer=False)
            unfinished.replace(path)  # so that an interrupted save never looks complete
        return load_model(str(path))
