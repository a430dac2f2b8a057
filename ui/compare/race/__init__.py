"""Draws a race: a photo passes through the lane of each device, as fast as its row says."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import streamlit as st

from qana.bench.race import Lane, Race
from qana.data.samples import load_samples
from qana.imaging import read_image
from qana.reports.data_urls import embed_picture
from ui.compare.rows import format_number
from ui.component import register_component

_race = register_component(Path(__file__).parent)
PHOTO_SIDE = 64
"""Side of the photo that passes through the lanes, pixels."""


def show_race(race: Race, pending: Sequence[str], key: str) -> None:
    """Draws a race.

    Args:
        race: the lanes.
        pending: names of devices that can be measured and are not yet.
        key: of the component.
    """
    _race(key=key, data=encode_race(race, pending, _make_photo()))


def encode_race(race: Race, pending: Sequence[str], photo: str) -> dict[str, Any]:
    """Encodes a race for the browser.

    Args:
        race: the lanes.
        pending: names of devices that are not measured yet.
        photo: data URL of the photo that passes through the lanes.
    """
    slower = "" if race.slower == 1 else f", {race.slower:,} times slower than in reality"
    energy = any(lane.energy_share is not None for lane in race.lanes)
    bars = " The orange bars show the energy of a photo." if energy else ""
    return {
        "lanes": [_encode_lane(lane) for lane in race.lanes],
        "pending": [*pending],
        "note": f"One photo at a time{slower}. Striped: modelled, not measured.{bars}",
        "photo": photo,
    }


def _encode_lane(lane: Lane) -> dict[str, Any]:
    row = lane.row
    energy = f"{format_number(row.energy_mj.value)} mJ" if row.energy_mj else "energy not known"
    device = row.device.removeprefix(lane.name).lstrip(", ")
    return {
        "name": lane.name,
        "detail": ", ".join(filter(None, (device, row.provenance))),
        "provenance": row.provenance,
        "seconds": lane.seconds,
        "share": lane.speed_share,
        "time": f"{format_number(row.latency_ms.p50)} ms" if row.latency_ms else "",
        "energy": energy,
        "energy_share": lane.energy_share,
    }


@st.cache_data(show_spinner=False)
def _make_photo() -> str:
    photo = read_image(load_samples()[0].path)
    side = min(photo.shape[:2])
    top, left = ((length - side) // 2 for length in photo.shape[:2])
    square = photo[top : top + side, left : left + side]
    return embed_picture(cv2.resize(square, (PHOTO_SIDE, PHOTO_SIDE), interpolation=cv2.INTER_AREA))
