"""Describes how often similar cases have the recorded diagnosis of a photo."""

from statistics import mean

from qana.inference.manifest import ModelEntry

NEAREST = "5"
"""Number of nearest cases, as in the record of `python -m qana similar`."""


def describe_neighbours(entry: ModelEntry) -> str:
    """Describes the measured search of similar cases of a model.

    Args:
        entry: the model.

    Returns:
        One sentence, in which all sources of test photos count alike. It is empty if nothing was
        measured for these weights.
    """
    record = entry.record.get("cases", {})
    rows = record.get("neighbours", [])
    if not rows or record.get("weights") != entry.sha256:
        return ""
    share = mean(row["shares"][NEAREST] for row in rows)
    chance = mean(row["chance"] for row in rows)
    return (
        f"Of the {NEAREST} nearest cases of test photos, {share:.0%} have the diagnosis of the "
        f"photo. By chance, it would be {chance:.0%} (`{record['command']}`)."
    )
