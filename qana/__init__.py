"""QANA: a quantization-aware network for skin lesions that runs as spikes on Akida.

Each name is imported on its first use, so `import qana` alone takes no time. None of them needs
TensorFlow or torch.

Example:
    >>> photo = qana.read_image("lesion.jpg")
    >>> classifier = qana.load_classifier("akida2")
    >>> diagnosis = qana.diagnose(photo, classifier)
    >>> diagnosis.status, diagnosis.top[0]
    >>> heat = qana.explain(diagnosis)
    >>> near = qana.similar(diagnosis, k=5)
"""

from typing import TYPE_CHECKING, Any

from qana.resources import VERSION as __version__  # noqa: N811

if TYPE_CHECKING:
    from qana.classes import CLASSES, LABELS
    from qana.errors import ExplanationError, ImageError, ModelError, UserError
    from qana.explanation.explain import explain_diagnosis as explain
    from qana.explanation.similar_cases import SimilarCase
    from qana.explanation.similar_cases import find_similar as similar
    from qana.imaging import read_image
    from qana.inference.classifier import load_classifier
    from qana.inference.diagnosis import Diagnosis, diagnose
    from qana.screening.screen import screen

__all__ = [
    "CLASSES",
    "LABELS",
    "Diagnosis",
    "ExplanationError",
    "ImageError",
    "ModelError",
    "SimilarCase",
    "UserError",
    "__version__",
    "diagnose",
    "explain",
    "load_classifier",
    "read_image",
    "screen",
    "similar",
]

_HOMES = {
    "CLASSES": "qana.classes:CLASSES",
    "LABELS": "qana.classes:LABELS",
    "Diagnosis": "qana.inference.diagnosis:Diagnosis",
    "ExplanationError": "qana.errors:ExplanationError",
    "ImageError": "qana.errors:ImageError",
    "ModelError": "qana.errors:ModelError",
    "SimilarCase": "qana.explanation.similar_cases:SimilarCase",
    "UserError": "qana.errors:UserError",
    "diagnose": "qana.inference.diagnosis:diagnose",
    "explain": "qana.explanation.explain:explain_diagnosis",
    "load_classifier": "qana.inference.classifier:load_classifier",
    "read_image": "qana.imaging:read_image",
    "screen": "qana.screening.screen:screen",
    "similar": "qana.explanation.similar_cases:find_similar",
}
"""Where each public name is defined, as "module:name"."""


def __getattr__(name: str) -> Any:
    """Imports a public name on its first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'qana' has no attribute {name!r}")
    from importlib import import_module

    from qana.errors import explain_missing_package

    module, _, attribute = _HOMES[name].partition(":")
    with explain_missing_package():
        found = getattr(import_module(module), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Lists the public names, imported or not."""
    return list(__all__)
