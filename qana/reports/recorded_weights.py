"""Records the networks that a file was made with, and reads this record."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from qana.inference.manifest import read_manifest

IMAGE_DESCRIPTION = 0x010E
"""EXIF tag of the text that describes a picture."""
Weights = Mapping[str, str]
"""Name of each network to the SHA-256 of its .fbz file, 64 hex digits."""


@dataclass(frozen=True)
class Origin:
    """How a file was made.

    Attributes:
        command: the command that wrote the file; None if the file does not name it.
        weights: the networks that the command measured; empty if the file does not name them.
    """

    command: str | None
    weights: Weights


def find_present_weights(names: Collection[str] | None = None) -> dict[str, str]:
    """Finds the present weights of deployed models.

    Args:
        names: names of models; None for all. Unknown names are left out.

    Returns:
        Name of each model to the SHA-256 of its .fbz file.

    Raises:
        ModelError: the manifest is missing or damaged.
    """
    return {
        entry.name: entry.sha256
        for entry in read_manifest()
        if names is None or entry.name in names
    }


def read_origin(document: Mapping[str, Any]) -> Origin:
    """Reads the origin of a JSON document.

    A document names its networks with the key "weights", a mapping such as `Weights`. A report on
    a single network names it with the keys "model" and "sha256".

    Args:
        document: the document.
    """
    weights = document.get("weights")
    if not isinstance(weights, dict):
        single = (document.get("model"), document.get("sha256"))
        weights = {single[0]: single[1]} if all(isinstance(one, str) for one in single) else {}
    command = document.get("command")
    return Origin(command if isinstance(command, str) else None, weights)


def make_picture_record(weights: Weights) -> bytes:
    """Makes the EXIF data that name the networks in a picture.

    Args:
        weights: the networks.
    """
    exif = Image.Exif()
    exif[IMAGE_DESCRIPTION] = json.dumps({"weights": dict(weights)})
    return exif.tobytes()


def read_picture_weights(path: Path) -> Weights:
    """Reads the networks that a picture names; returns none if it names none.

    Args:
        path: picture file.

    Raises:
        OSError: the file is missing or is no picture.
    """
    with Image.open(path) as picture:
        text = picture.getexif().get(IMAGE_DESCRIPTION, "")
    try:
        document = json.loads(text)
    except (ValueError, TypeError):
        return {}
    return read_origin(document).weights if isinstance(document, dict) else {}
