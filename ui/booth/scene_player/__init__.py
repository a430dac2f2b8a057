"""Plays the scenes of the booth in the browser: a question, the spikes of the photo, the answer."""

import base64
from pathlib import Path
from typing import Any

import numpy as np

from qana.bench.photo_cost import PhotoEnergy
from qana.bench.rows import Row
from qana.classes import BY_CODE, CLASSES
from qana.data.source_names import TITLES
from qana.errors import ModelError
from qana.explanation.answer_map import draw_answer_map
from qana.explanation.similar_cases import SimilarCase, find_similar
from qana.inference.backend import CHIP, SIMULATOR
from qana.inference.probabilities import format_percent
from qana.reports.data_urls import embed_picture, make_data_url
from qana.walkthrough.layer_events import make_frames
from ui.answered_photo import AnsweredPhoto
from ui.component import register_component

WHERE = {
    CHIP: "on an Akida chip in this machine.",
    SIMULATOR: "here in BrainChip's simulator, not on a chip. The simulator computes the same "
    "numbers.",
}
CASES = 3
"""Number of similar training lesions."""
_player = register_component(Path(__file__).parent)


def show_scene_player(data: dict[str, Any], key: str) -> Any:
    """Shows the player.

    Args:
        data: record with "scene", see `encode_scene`, with the seconds of its three parts, and with
            the texts around it.
        key: of the component.

    Returns:
        The result of the component. `next` is the number of the scene to send, and `start` the name
        of the page to open. Both are None in most runs.
    """
    return _player(key=key, data=data, on_next_change=lambda: None, on_start_change=lambda: None)


def encode_scene(number: int, answer: AnsweredPhoto, energy: PhotoEnergy | None) -> dict[str, Any]:
    """Encodes a scene for the browser.

    Args:
        number: number of the scene, 0 and up.
        answer: diagnosis of a sample.
        energy: energy of the photo; None if it is not known.

    Returns:
        The scene: pictures as data URLs, layers with the share of active channels at each place,
        and all texts.
    """
    diagnosis, prediction = answer.diagnosis, answer.prediction
    explained = draw_answer_map(diagnosis)
    frames = make_frames(prediction.outputs)
    activations = sum(frame.size for frame in frames)
    likeliest = BY_CODE[prediction.top[0][0]].name.lower()
    cases = _find_cases(answer)
    return {
        "number": number,
        "photo": embed_picture(diagnosis.square),
        "map": None if explained is None else embed_picture(explained),
        "kinds": [{"code": one.code, "name": one.name} for one in CLASSES],
        "layers": [
            {
                "width": frame.counts.shape[1],
                "height": frame.counts.shape[0],
                "so_far": frame.so_far,
                "active": frame.events / frame.size,
                "shares": _encode_shares(frame.counts, frame.channels),
            }
            for frame in frames
        ],
        "activations": activations,
        "work": f"{prediction.events / activations:.0%} of the values that a dense network "
        f"computes: {prediction.events:,} spikes (counted here)",
        "answer": _describe_answer(answer, explained is not None) | {"likeliest": likeliest},
        "cases": [
            {"picture": make_data_url("image/webp", one.file), "name": BY_CODE[one.label].name}
            for one in cases
        ],
        "origin": f"The network {diagnosis.model} runs {WHERE[diagnosis.backend]}"
        + _credit_cases(cases),
        "energy": None if energy is None else _describe_energy(energy),
    }


def _find_cases(answer: AnsweredPhoto) -> list[SimilarCase]:
    try:
        return find_similar(answer.diagnosis, CASES)
    except ModelError:  # the network has none: the show goes on
        return []


def _credit_cases(cases: list[SimilarCase]) -> str:
    """Names the data sets of the cases; ATTRIBUTION.md has their authors and licences."""
    titles = " and ".join(dict.fromkeys(TITLES[one.source] for one in cases))
    return f" Similar lesions: {titles} (CC BY-NC 4.0 or CC BY 4.0)." if cases else ""


def _describe_answer(answer: AnsweredPhoto, has_map: bool) -> dict[str, Any]:
    prediction, recorded = answer.prediction, answer.recorded
    name = BY_CODE[prediction.top[0][0]].name
    lead, shown = "That is what the photo looks most like.", "what made the network say so"
    if prediction.unsure:
        lead = "No kind is likely enough, so the network gives no answer."
        shown = f"what speaks for {name[0].lower()}{name[1:]}"
    return {
        "headline": "Not sure" if prediction.unsure else name,
        "lead": lead + (f" Bright colours show {shown}." if has_map else ""),
        "top": [
            {"name": BY_CODE[code].name, "percent": format_percent(share), "share": float(share)}
            for code, share in prediction.top
        ],
        "recorded": f"The doctors recorded: {BY_CODE[recorded].name}." if recorded else "",
    }


def _describe_energy(energy: PhotoEnergy) -> dict[str, Any]:
    akida, gpu = (format_millijoules(value) for value in (energy.akida.value, energy.gpu))
    same = abs(energy.gpu_work - 1) < 0.005
    other = "" if same else f" with a network of {energy.gpu_work:.2f} times the operations"
    return {
        "akida": f"{akida} on the chip {energy.board} (modelled)",
        "gpu": f"{gpu} on a graphics card (GPU), {_name_gpu(energy.gpu_row)} (measured{other})",
        "akida_share": min(1.0, energy.akida.value / energy.gpu),
    }


def _name_gpu(row: Row) -> str:
    """Writes the name of a GPU and how many photos it read at once."""
    batch = "" if row.batch == 1 else f", for each of {row.batch} photos at once"
    return f"{row.device}{batch}"


def format_millijoules(value: float) -> str:
    """Formats an energy with two significant digits."""
    return f"{value:.2g} mJ" if value < 100 else f"{value:,.0f} mJ"


def _encode_shares(counts: np.ndarray, channels: int) -> str:
    """Encodes the share of active channels at each place in one byte, 255 for all channels."""
    return base64.b64encode((counts * (255 / channels)).astype(np.uint8).tobytes()).decode()
