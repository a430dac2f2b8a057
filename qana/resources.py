"""Finds the folders of models, assets and scripts, and holds the version."""

from pathlib import Path

VERSION = "0.2.0"
_PACKAGE = Path(__file__).parent


def find_folder(name: str) -> Path:
    """Finds a folder that comes with QANA.

    In a checkout the folder is next to the package; in an installed package it is inside it.

    Args:
        name: "models", "assets" or "static".

    Returns:
        The path of the folder. It need not exist.
    """
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


ASSETS = find_folder("assets")
"""The folder of samples, splits, published figures and pictures."""
