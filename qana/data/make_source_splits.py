"""Makes the splits of all data sets: by lesion or patient, stratified by diagnosis and skin tone.

Run `python -m qana.data.source_splits DIR` to write the stored splits again.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from qana.data.lesion_split import SEED, make_split
from qana.data.photo import Photo
from qana.data.same_lesion import Pair, group_photos
from qana.data.split_check import EXCLUDED, SUBSETS

SHARES_OF = {
    "milk10k": {"train": 0.63, "validation": 0.12, "test": 0.25},
    "bcn20000": {"train": 0.68, "validation": 0.12, "test": 0.20},
    "isic2017": {"train": 0.68, "validation": 0.12, "test": 0.20},
    "pad_ufes_20": {"train": 0.47, "validation": 0.15, "test": 0.38},
}
"""Share of the groups of each data set in each subset: its lesions, or its patients."""
ORDER = (EXCLUDED, *SUBSETS)
"""Of photos that belong together, those in the last of their subsets stay."""


def make_source_splits(
    photos: Sequence[Photo],
    pairs: Sequence[Pair],
    stored: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> dict[str, dict[str, str]]:
    """Makes one split for each data set, so that no lesion is in two subsets of any of them.

    Each data set is split on its own and without the pairs: HAM10000 by its own rule, the others at
    random in fixed shares of their lesions or patients, stratified by diagnosis and, within a
    diagnosis, by skin tone. Then photos that belong together are compared. If they are in several
    subsets, of one data set or of several, those in the last of training, validation and test stay,
    and the others are excluded. More pairs therefore never move a photo into a test subset or out
    of it.

    Args:
        photos: photos of one or several data sets, in any order.
        pairs: pairs of photos that show the same lesion.
        stored: earlier splits of some of these photos. They stay, and new photos of a lesion or
            patient join the earlier ones. HAM10000 is complete: if it has a photo without a subset,
            it is another data set in its layout, which is split anew.

    Returns:
        Name of each data set to its split: image_id to one of `SUBSETS` or `EXCLUDED`.

    Raises:
        DataError: a lesion of HAM10000 has two diagnoses, so it cannot be stratified.
    """
    of_source: dict[str, list[Photo]] = defaultdict(list)
    for photo in photos:
        of_source[photo.source].append(photo)
    splits = {
        source: _split_source(source, members, stored.get(source, {}))
        for source, members in of_source.items()
    }
    groups = group_photos(photos, pairs)
    last: dict[str, str] = {}
    for photo in photos:
        group, subset = groups[photo.image_id], splits[photo.source][photo.image_id]
        last[group] = max(last.get(group, subset), subset, key=ORDER.index)
    return {
        source: {
            image_id: subset if subset == last[groups[image_id]] else EXCLUDED
            for image_id, subset in split.items()
        }
        for source, split in splits.items()
    }


def _split_source(
    source: str, photos: Sequence[Photo], stored: Mapping[str, str]
) -> dict[str, str]:
    if all(photo.image_id in stored for photo in photos):
        return {photo.image_id: stored[photo.image_id] for photo in photos}
    if source in SHARES_OF:
        return _split_groups(photos, SHARES_OF[source], stored)
    return make_split(photos)


def _split_groups(
    photos: Sequence[Photo], shares: Mapping[str, float], stored: Mapping[str, str]
) -> dict[str, str]:
    """Splits one data set by lesion or patient. What has a stored subset keeps it."""
    groups = group_photos(photos, ())
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
        rarest = min(diagnoses, key=lambda name: (frequency[name], name))
        return rarest, min(_get_skin_tone(photo) for photo in members[group])

    order = sorted(members, key=lambda group: min(photo.image_id for photo in members[group]))
    random.Random(SEED).shuffle(order)
    order.sort(key=get_stratum)
    # Each group goes to the subset that is furthest behind its share. So every run of groups, and
    # with it every stratum, however small, is shared out as evenly as whole groups allow.
    due = dict.fromkeys(shares, 0.0)
    split = dict(stored)
    for group in order:
        earlier = [stored[p.image_id] for p in members[group] if p.image_id in stored]
        if earlier:
            subset = max(earlier, key=ORDER.index)
        else:
            for name, share in shares.items():
                due[name] += share
            subset = max(due, key=lambda name: due[name])
            due[subset] -= 1
        for photo in members[group]:
            split.setdefault(photo.image_id, subset)
    return {photo.image_id: split[photo.image_id] for photo in photos}


def _get_skin_tone(photo: Photo) -> int:
    tones = (photo.skin_tone, photo.fitzpatrick)
    return next((tone for tone in tones if tone is not None), -1)
