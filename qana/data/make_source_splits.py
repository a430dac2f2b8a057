"""Makes the splits of all data sets: by lesion or patient, stratified by diagnosis and skin tone.

Run `python -m qana.data.source_splits DIR` to write the stored splits again.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from qana.data.lesion_split import SEED, make_split
from qana.data.photo import Photo
from qana.data.split_check import EXCLUDED, SUBSETS

SPLIT_BEFORE = "ham10000"
"""This data set had its split first. It stays, except for photos that it now excludes."""
SHARES_OF = {
    "milk10k": {"train": 0.63, "validation": 0.12, "test": 0.25},
    "bcn20000": {"train": 0.68, "validation": 0.12, "test": 0.20},
    "isic2017": {"train": 0.68, "validation": 0.12, "test": 0.20},
    "pad_ufes_20": {"train": 0.47, "validation": 0.15, "test": 0.38},
}
"""Share of the groups of each data set in each subset: its lesions, or its patients."""


def make_source_splits(
    photos: Sequence[Photo], groups: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Makes one split for each data set, so that no group is in two subsets of any of them.

    HAM10000 is split first, by its own rule. If its photos of one group are in several subsets, the
    last of training, validation and test keeps its photos, and the others are excluded. Groups that
    are also in another data set are in the same subset there. The rest of a data set is split at
    random in fixed shares, stratified by diagnosis and, within a diagnosis, by skin tone.

    Args:
        photos: photos of one or several data sets, in any order.
        groups: image_id to the group of the photo, see `qana.data.same_lesion.group_photos`.

    Returns:
        Name of each data set to its split: image_id to one of `SUBSETS` or `EXCLUDED`.

    Raises:
        DataError: a lesion of HAM10000 has two diagnoses, so it cannot be stratified.
    """
    of_source: dict[str, list[Photo]] = defaultdict(list)
    for photo in photos:
        of_source[photo.source].append(photo)
    splits = {}
    subset_of_group: dict[str, str] = {}
    if SPLIT_BEFORE in of_source:
        ham = of_source[SPLIT_BEFORE]
        split = make_split(ham)
        for photo in ham:
            group, subset = groups[photo.image_id], split[photo.image_id]
            subset_of_group[group] = max(
                subset_of_group.get(group, subset), subset, key=SUBSETS.index
            )
        splits[SPLIT_BEFORE] = {
            photo.image_id: split[photo.image_id]
            if split[photo.image_id] == subset_of_group[groups[photo.image_id]]
            else EXCLUDED
            for photo in ham
        }
    for source, shares in SHARES_OF.items():
        if source in of_source:
            _assign_groups(of_source[source], groups, shares, subset_of_group)
            splits[source] = {
                photo.image_id: subset_of_group[groups[photo.image_id]]
                for photo in of_source[source]
            }
    return splits


def _assign_groups(
    photos: Sequence[Photo],
    groups: Mapping[str, str],
    shares: Mapping[str, float],
    subset_of_group: dict[str, str],
) -> None:
    """Adds the groups of one data set that have no subset yet."""
    members: dict[str, list[Photo]] = defaultdict(list)
    for photo in photos:
        members[groups[photo.image_id]].append(photo)
    frequency = Counter(
        diagnosis
        for group in members.values()
        for diagnosis in {photo.diagnosis for photo in group}
    )

    def get_stratum(group: str) -> tuple[str, int]:
        # A patient may have several diagnoses: the rarest is the hardest to share out.
        diagnoses = {photo.diagnosis for photo in members[group]}
        return min(diagnoses, key=lambda name: (frequency[name], name)), min(
            _get_skin_tone(photo) for photo in members[group]
        )

    order = sorted(
        (group for group in members if group not in subset_of_group),
        key=lambda group: min(photo.image_id for photo in members[group]),
    )
    random.Random(SEED).shuffle(order)
    order.sort(key=get_stratum)
    # Each group goes to the subset that is furthest behind its share. So every run of groups, and
    # with it every stratum, however small, is shared out as evenly as whole groups allow.
    due = dict.fromkeys(shares, 0.0)
    for group in order:
        for subset, share in shares.items():
            due[subset] += share
        subset = max(due, key=lambda name: due[name])
        due[subset] -= 1
        subset_of_group[group] = subset


def _get_skin_tone(photo: Photo) -> int:
    tones = (photo.skin_tone, photo.fitzpatrick)
    return next((tone for tone in tones if tone is not None), -1)
