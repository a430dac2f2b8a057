"""A visit leaves nothing behind."""

import io
import sys

from PIL import Image

from qana.classes import BY_CODE, CLASSES, LABELS
from qana.inference.diagnosis import scan

WRITING = set("wax+")


def test_a_scan_opens_no_file_for_writing(classifier, samples) -> None:
    written: list[object] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and WRITING & set(str(arguments[1] or "")):
            written.append(arguments[0])

    sys.addaudithook(watch)
    kinds = ("JPEG", "PNG", "TIFF", "GIF", "WEBP")
    for kind in kinds:
        data = io.BytesIO()
        Image.open(samples[0].path).save(data, kind)
        written.clear()
        assert scan(data.getvalue(), classifier, insist=True).prediction is not None
    watching = False
    assert not written


def test_a_scan_shows_the_square_that_is_classified(classifier, sure_samples) -> None:
    result = scan(sure_samples[0].path, classifier)
    assert result.shown.shape == (512, 512, 3)
    assert not result.problems
    assert result.prediction is not None
    assert result.prediction.events > 0


def test_the_classes_are_in_the_one_order_and_grouped() -> None:
    assert LABELS == ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
    look = {lesion.code for lesion in CLASSES if lesion.needs_look}
    assert look == {"akiec", "bcc", "mel"}
    assert BY_CODE["nv"].name == "Mole"
