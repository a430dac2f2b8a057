"""A player of event maps: play, pause, and scrub through the layers, all in the browser."""

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


def show_player(frames: Sequence[LayerFrame], picture: np.ndarray, called: str, key: str) -> None:
    """The frames, a layer at a time, beside the picture that they are of.

    It starts paused, and stays at its layer when it gets the frames of another picture.

    Args:
        frames: of one picture.
        picture: (S, S, 3) uint8 RGB, as the network read it.
        called: what the picture is, for its alternative text.
        key: of the component.
    """
    _player(key=key, data=encode_frames(frames, picture, called))


def encode_frames(
    frames: Sequence[LayerFrame], picture: np.ndarray, called: str
) -> dict[str, str | list[dict[str, Any]]]:
    """What goes to the browser.

    Args:
        frames: as for `player`; so are the others.

    Returns:
        `layers`, a record each; and in base64 `counts`, the maps of all layers one behind the other
        in little-endian uint16, `ramp`, 256 RGB colours, and `picture`, a PNG; and `called`.
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
        "counts": _text(counts),
        "ramp": _text(ramp.tobytes()),
        "picture": _text(cv2.imencode(".png", picture[..., ::-1])[1].tobytes()),
        "called": called,
    }


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
