"""Writes how often the not-a-lesion gate of a model is wrong."""

from qana.errors import ModelError
from qana.evaluation.gate_record import Gate
from qana.evaluation.model_record import read_record
from qana.inference.manifest import ModelEntry


def describe_gate_errors(entry: ModelEntry) -> str:
    """Writes how many test lesions the gate rejects by mistake, and how many pictures it passes.

    Args:
        entry: the model.

    Returns:
        One sentence; empty if the gate was not measured.
    """
    try:
        gate = read_record(entry).gate
    except ModelError:
        return ""
    if gate is None:
        return ""
    rejected = 1 - gate.lesions["lesion-test"].passed
    return (
        f"This check is sometimes wrong: it turned away {rejected:.0%} of "
        f"{gate.lesions['lesion-test'].n:,} test photos of lesions{_describe_passed(gate)}."
    )


def _describe_passed(gate: Gate) -> str:
    """Writes how many photographs without a lesion passed."""
    pictures = gate.turned_away.get("pictures")
    if pictures is None:
        return ""
    passed = (
        f", and let {1 - pictures.share:.0%} of {pictures.n:,} photographs without a lesion pass"
    )
    circles = gate.photographs.in_lit_fields if gate.photographs else None
    if circles:
        passed += f" ({1 - circles.share:.0%} in the surround of a dermatoscope)"
    return passed
