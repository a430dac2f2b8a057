"""Plays the event maps of a picture layer by layer in the browser."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from qana.explanation.heatmap import COLORMAP
from qana.walkthrough.layer_events import LayerFrame
from ui.component import register_component

_player = register_component(Path(__file__).parent)


def show_player(frames: Sequence[LayerFrame], picture: np.ndarray, name: str, key: str) -> None:
    """Shows the player. It starts paused and keeps its layer when the picture changes.

    Args:
        frames: event maps of one picture.
        picture: (S, S, 3) uint8 RGB, as the network read it.
        name: of the picture, for its alternative text.
        key: of the component.
    """
    _player(key=key, data=encode_frames(frames, picture, name))


def encode_frames(
    frames: Sequence[LayerFrame], picture: np.ndarray, name: str
) -> dict[str, str | list[dict[str, Any]]]:
    """Encodes event maps for the browser.

    Args:
        frames: event maps of one picture.
        picture: (S, S, 3) uint8 RGB, as the network read it.
        name: of the picture.

    Returns:
        `layers`, one record each, and `called`, the name. In base64: `counts`, the maps of all
        layers one after another in little-endian uint16; `ramp`, 256 RGB colours; and `picture`, a
        PNG.
    """
    layers = [
        {
            "name": frame.name,
            "shape": [*frame.counts.shape, frame.channels],
            "events": frame.events,
            "size": frame.size,
            "soFar": frame.so_far,
            "signed": frame.signed,
        }
        for frame in frames
    ]
    counts = b"".join(frame.counts.astype("<u2").tobytes() for frame in frames)
    ramp = cv2.applyColorMap(np.arange(256, dtype=np.uint8)[None], COLORMAP)[0, :, ::-1]
    return {
        "layers": layers,
        "counts": _encode(counts),
        "ramp": _encode(ramp.tobytes()),
        "picture": _encode(cv2.imencode(".png", picture[..., ::-1])[1].tobytes()),
        "called": name,
    }


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
