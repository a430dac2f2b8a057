"""A figure of README.md and what is known of it here."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a figure was checked."""

    COMPUTED = "computed"
    """Computed anew here, and equal."""
    RECORDED = "recorded"
    """Equal to the signed report of the command that measured it, which did not run here."""
    UNCHECKED = "unchecked"
    """Cannot be checked here."""
    DIFFERENT = "different"
    """Differs from what was computed or recorded."""


@dataclass(frozen=True)
class CheckedFigure:
    """One figure of README.md.

    Attributes:
        name: of the figure, in words.
        stated: as README.md states it.
        found: as it was computed or recorded; "" where it cannot be checked.
        status: how it was checked.
        reason: what would check it better, or why it cannot be checked here.
    """

    name: str
    stated: str
    found: str
    status: Status
    reason: str = ""


def compare(
    name: str, stated: str, found: str | None, status: Status, reason: str
) -> CheckedFigure:
    """Compares a figure with what was found.

    Args:
        name: of the figure.
        stated: as README.md states it.
        found: what was found, in the same notation; None where nothing was.
        status: `Status.COMPUTED` or `Status.RECORDED`, if both are equal.
        reason: what would check it better, or why nothing was found.
    """
    if found is None:
        return CheckedFigure(name, stated, "", Status.UNCHECKED, reason)
    if found != stated:
        return CheckedFigure(name, stated, found, Status.DIFFERENT, reason)
    return CheckedFigure(name, stated, found, status, "" if status == Status.COMPUTED else reason)
