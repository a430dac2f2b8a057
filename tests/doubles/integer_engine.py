"""The integer network of the browser, run by Playwright's own Node.js."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright._impl._driver import compute_driver_executable

from qana.export.integer_network_files import NAMES, NetworkFiles

MODULES = Path(__file__).parents[2] / "static" / "integer_network"
DRIVER = Path(__file__).with_suffix(".mjs")


@dataclass(frozen=True)
class Computed:
    """What the browser's network computes for one photo and one list of changes."""

    outputs: dict[str, np.ndarray]
    logits: np.ndarray
    first: int
    neurons: list[dict[str, Any]]
    variables: dict[str, dict[str, list[int]]]


def compute_in_node(
    files: NetworkFiles, photos: np.ndarray, tasks: Sequence[dict[str, Any]], folder: Path
) -> list[Computed]:
    """Each task names a photo by its index, and may name changes and neurons."""
    for name, content in zip(NAMES, (files.description, files.integers), strict=True):
        (folder / name).write_bytes(content)
    (folder / "photos.bin").write_bytes(photos.tobytes())
    (folder / "tasks.json").write_text(json.dumps([{"changes": []} | task for task in tasks]))
    node, _ = compute_driver_executable()
    command = [node, str(DRIVER), str(MODULES), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return [
        Computed(
            _split(np.fromfile(folder / f"outputs{number}.bin", np.int32), found["layers"]),
            np.array(answer["logits"], np.float32),
            answer["first"],
            answer["neurons"],
            answer["variables"],
        )
        for number, answer in enumerate(found["answers"])
    ]


def _split(values: np.ndarray, layers: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    outputs, offset = {}, 0
    for layer in layers:
        size = int(np.prod(layer["output"]))
        outputs[layer["name"]] = values[offset : offset + size].reshape(layer["output"])
        offset += size
    assert offset == len(values)
    return outputs
