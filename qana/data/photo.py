"""One photo of a data set and its metadata, the same type for all sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qana.errors import DataError

DERMOSCOPIC = "dermoscopic"
"""Image type: taken through a dermatoscope."""
CLOSE_UP = "close-up"
"""Image type: a clinical close-up, taken with a camera and without a dermatoscope."""
SMARTPHONE = "smartphone"
"""Image type: taken with a smartphone and without a dermatoscope."""
IMAGE_TYPES = (DERMOSCOPIC, CLOSE_UP, SMARTPHONE)


@dataclass(frozen=True)
class Photo:
    """One photo and its metadata.

    Attributes:
        image_id: identifier of the photo, such as "ISIC_0024306".
        lesion_id: identifier of the lesion, such as "HAM_0000118". One lesion may have several
            photos.
        label: diagnosis, one of `qana.classes.LABELS`; None if it is none of the seven.
        confirmed_by: how the diagnosis was made, such as "histo", "follow_up", "consensus" or
            "confocal"; empty if it is not recorded.
        age: years; None if unknown.
        sex: "male", "female" or "unknown".
        site: body site, in the words of the metadata.
        path: image file.
        mask: PNG file of the lesion mask; None if there is none.
        source: name of the data set, one of `qana.data.sources.SOURCES`.
        image_type: one of `IMAGE_TYPES`.
        patient_id: identifier of the patient, only where the split is by patient.
        diagnosis: diagnosis in the words of the metadata, such as "SCCKA" or "ACK".
        skin_tone: MILK10k's skin tone, 0 (very dark) to 5 (very light); None if it is not recorded.
        fitzpatrick: Fitzpatrick skin type, 1 to 6; None if it is not recorded.
        concepts: MONET scores of MILK10k, 0 to 1, with the keys of
            `qana.data.milk10k.CONCEPT_COLUMNS`; None if there are none. They are a model's
            estimates, not observations.
    """

    image_id: str
    lesion_id: str
    label: str | None
    confirmed_by: str
    age: float | None
    sex: str
    site: str
    path: Path
    mask: Path | None
    source: str = "ham10000"
    image_type: str = DERMOSCOPIC
    patient_id: str | None = None
    diagnosis: str = ""
    skin_tone: int | None = None
    fitzpatrick: int | None = None
    concepts: Mapping[str, float] | None = None

    @property
    def group_id(self) -> str:
        """The unit that is in one subset of every split: the patient, if given, or the lesion."""
        return self.patient_id or self.lesion_id

    @property
    def known_label(self) -> str:
        """The label of a photo that has one.

        Raises:
            DataError: the photo shows none of the seven classes.
        """
        if self.label is None:
            raise DataError(
                f"{self.image_id} shows none of the seven classes ({self.diagnosis or 'unknown'}): "
                "leave out photos without a label."
            )
        return self.label
