"""Describes how many photographs without a lesion a gate rejects."""

from collections.abc import Mapping

from qana.evaluation.gate_record import PhotographRates, RejectionRate

UNTESTED = (
    "endoscopy, X-rays, ultrasound, teeth, mouths, close-ups of eyes, hands and nails, wounds, and "
    "screens"
)
"""What users may also photograph, and the table of photographs does not have."""


def describe_photographs(rates: PhotographRates) -> list[str]:
    """Describes the rejection rates of photographs, for a list.

    Returns:
        One item for each group: known kinds and packages, left-out packages, unseen kinds.
    """
    packages = _list_rates(rates.left_out_packages, " from ")
    unseen = _list_rates(rates.unseen, " of ")
    return [
        f"{_format(_pool(rates.test))} of kinds and packages that are in the fit",
        f"{_format(_pool(rates.left_out_packages))} from packages that are not in the fit: "
        f"{packages}",
        f"{_format(_pool(rates.unseen))} of kinds that are not in the fit: {unseen}",
    ]


def _pool(rates: Mapping[str, RejectionRate]) -> RejectionRate:
    count = sum(rate.n for rate in rates.values())
    rejected = sum(rate.n * rate.share for rate in rates.values())
    return RejectionRate(count, rejected / count if count else 0.0)


def _format(rate: RejectionRate) -> str:
    return f"{100 * rate.share:.0f} % of {rate.n} squares"


def _list_rates(rates: Mapping[str, RejectionRate], joint: str) -> str:
    return ", ".join(f"{100 * rate.share:.0f} % of {rate.n}{joint}{n}" for n, rate in rates.items())
