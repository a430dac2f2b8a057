"""Stores the faithfulness scores of single photos in a JSON Lines file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from qana.explanation.faithfulness import MapScores


@dataclass(frozen=True)
class PhotoScores:
    """Faithfulness scores of all maps of one photo.

    Attributes:
        methods: name of the method to scores of its map.
        agreement: pair of methods, "A | B", to the rank correlation of their maps, -1 to 1.
        drift: quantization step, for example "float to 8/8", to the drift of Grad-CAM, 0 to 2.
        against_grad_cam: largest absolute difference of the Akida map and Grad-CAM of the quantized
            Keras network, both scaled to 0 to 1.
        mask_share: share of the photo that the lesion covers, 0 to 1.
    """

    methods: dict[str, MapScores]
    agreement: dict[str, float]
    drift: dict[str, float]
    against_grad_cam: float
    mask_share: float


def read_photo_scores(path: Path) -> dict[str, PhotoScores]:
    """Reads a file of photo scores. A last line that was only written in part is ignored.

    Args:
        path: JSON Lines file. It may be missing.

    Returns:
        Image id to scores.
    """
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    records = (json.loads(line) for line in lines if line.endswith("}"))
    return {
        record["image_id"]: PhotoScores(
            methods={name: MapScores(**values) for name, values in record["methods"].items()},
            agreement=record["agreement"],
            drift=record["drift"],
            against_grad_cam=record["against_grad_cam"],
            mask_share=record["mask_share"],
        )
        for record in records
    }


def append_photo_scores(path: Path, image_id: str, scores: PhotoScores) -> None:
    """Appends the scores of one photo to a file.

    Args:
        path: JSON Lines file. It is created if it is missing.
        image_id: id of the photo.
        scores: its scores.
    """
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"image_id": image_id, **asdict(scores)}) + "\n")
