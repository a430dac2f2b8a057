"""A handful of real photos that stand for all sources."""

import cv2
import numpy as np
import pytest

from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE, Photo

KINDS = (
    ("ham10000", DERMOSCOPIC),
    ("milk10k", DERMOSCOPIC),
    ("milk10k", CLOSE_UP),
    ("pad_ufes_20", SMARTPHONE),
)


@pytest.fixture(scope="module")
def photos(samples, tmp_path_factory) -> list[Photo]:
    """Seven photos of each kind, one of them of another diagnosis."""
    mask = tmp_path_factory.mktemp("masks") / "mask.png"
    cv2.imwrite(str(mask), cv2.circle(np.zeros((225, 300), np.uint8), (150, 112), 70, 255, -1))
    found = []
    for source, image_type in KINDS:
        milk = source == "milk10k"
        for number, sample in enumerate(samples[::3]):
            found.append(
                Photo(
                    image_id=f"{source}-{image_type}-{number}",
                    lesion_id=f"{source}-{number}",
                    label=None if sample.label == "df" and milk else sample.label,
                    confirmed_by="histo",
                    age=10.0 + 10 * number if number else None,
                    sex="male" if number % 2 else "female",
                    site="Back" if number < 3 else "",
                    path=sample.path,
                    mask=mask if source == "ham10000" else None,
                    source=source,
                    image_type=image_type,
                    patient_id=f"P{number // 2}" if source == "pad_ufes_20" else None,
                    skin_tone=min(number, 5) if milk else None,
                    fitzpatrick=2 if source == "pad_ufes_20" and number else None,
                    concepts=dict.fromkeys(("pen", "gel", "hair"), number / 10) if milk else None,
                )
            )
    return found
