"""Every data set has one fixed split, and no lesion or patient is in two subsets of any."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from qana.classes import LABELS
from qana.data import source_splits
from qana.data.lesion_split import split_photos
from qana.data.make_source_splits import make_source_splits
from qana.data.photo import Photo
from qana.data.sources import SOURCES
from qana.errors import DataError

SHARES = {"milk10k": (0.25, 0.12), "bcn20000": (0.2, 0.12), "isic2017": (0.2, 0.12)}
LEAST_TEST = {"milk10k": 0.2, "pad_ufes_20": 0.35}


def _make_photos(folder: Path, source: str, lesions: int, **fields) -> list[Photo]:
    """Makes lesions with two photos each, of each of the seven classes and of none."""
    photos = []
    for label in (*LABELS, None):
        for lesion in range(lesions):
            for shot in range(2):
                name = f"{source}_{label}_{lesion}_{shot}"
                path = folder / f"{name}.jpg"
                path.write_bytes(name.encode())
                photo = Photo(
                    name, name[:-2], label, "", None, "unknown", "back", path, None, source=source
                )
                photos.append(replace(photo, diagnosis=label or "SCC", **fields))
    return photos


@pytest.fixture
def photos(tmp_path: Path) -> list[Photo]:
    """Photos of all data sets; in PAD-UFES-20 a patient has two lesions."""
    found = []
    for source in SOURCES:
        made = _make_photos(tmp_path, source, 40)
        if source == "ham10000":
            made = [photo for photo in made if photo.label]
        if source == "milk10k":
            made = [replace(p, skin_tone=int(p.lesion_id[-1]) % 6) for p in made]
        if source == "pad_ufes_20":
            half = [int(photo.lesion_id.rpartition("_")[2]) // 2 for photo in made]
            made = [
                replace(p, patient_id=f"PAT_{p.label}_{number}")
                for p, number in zip(made, half, strict=True)
            ]
        found += made
    return found


def _subsets_of_groups(photos: list[Photo], split: dict[str, str]) -> dict[str, str]:
    subset_of: dict[str, str] = {}
    for photo in photos:
        subset = split[photo.image_id]
        assert subset_of.setdefault(photo.group_id, subset) == subset
    return subset_of


def test_the_shares_of_every_source_and_class(photos: list[Photo]) -> None:
    splits = make_source_splits(photos, [])
    for source, (test, validation) in SHARES.items():
        of_source = [photo for photo in photos if photo.source == source]
        for diagnosis in (*LABELS, "SCC"):
            members = [photo for photo in of_source if photo.diagnosis == diagnosis]
            counts = Counter(_subsets_of_groups(members, splits[source]).values())
            assert abs(counts["test"] - 40 * test) <= 1
            assert abs(counts["validation"] - 40 * validation) <= 1
    patients = [photo for photo in photos if photo.source == "pad_ufes_20"]
    counts = Counter(_subsets_of_groups(patients, splits["pad_ufes_20"]).values())
    assert counts["test"] >= 0.37 * 160 and counts["validation"] == 0.15 * 160


def test_skin_tones_are_shared_out(photos: list[Photo]) -> None:
    milk = [photo for photo in photos if photo.source == "milk10k"]
    split = make_source_splits(milk, [])["milk10k"]
    for tone in range(6):
        members = {p.lesion_id: split[p.image_id] for p in milk if p.skin_tone == tone}
        assert abs(Counter(members.values())["test"] / len(members) - 0.25) < 0.06


def test_the_order_of_the_photos_does_not_matter(photos: list[Photo]) -> None:
    assert make_source_splits(photos, []) == make_source_splits(photos[::-1], [])


@pytest.mark.parametrize("source", ["ham10000", "milk10k"])
@pytest.mark.parametrize(
    ("kept", "lost"), [("test", "train"), ("test", "validation"), ("validation", "train")]
)
def test_what_shows_a_lesion_of_a_later_subset_is_excluded(
    photos: list[Photo], source: str, kept: str, lost: str
) -> None:
    before = make_source_splits(photos, [])
    first = next(i for i, subset in before[source].items() if subset == kept)
    for other in ("ham10000", "milk10k"):
        second = [i for i, subset in before[other].items() if subset == lost][-1]
        splits = make_source_splits(photos, [(second, first)])
        changed = {
            image_id
            for name, split in splits.items()
            for image_id, subset in split.items()
            if subset != before[name][image_id]
        }
        assert changed == {f"{second[:-2]}_0", f"{second[:-2]}_1"}, "the whole lesion"
        assert {splits[other][image_id] for image_id in changed} == {"excluded"}
        source_splits.check_source_splits(photos, splits, [(first, second)])


def test_three_photos_in_a_chain_leave_only_the_last_subset(photos: list[Photo]) -> None:
    before = make_source_splits(photos, [])["bcn20000"]
    train, test = (
        next(i for i, subset in before.items() if subset == name) for name in ("train", "test")
    )
    other = [i for i, subset in before.items() if subset == "train"][-1]
    split = make_source_splits(photos, [(test, train), (train, other)])["bcn20000"]
    assert (split[test], split[train], split[other]) == ("test", "excluded", "excluded")


def test_pairs_in_one_subset_change_nothing(photos: list[Photo]) -> None:
    before = make_source_splits(photos, [])
    pairs = []
    for subset in ("train", "validation", "test"):
        images = [i for split in before.values() for i in split if split[i] == subset]
        pairs += list(zip(images[::5], images[7::5], strict=False))
    assert make_source_splits(photos, pairs) == before


def test_more_photos_do_not_move_the_stored_ones(
    photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = make_source_splits(photos, [])
    gone = {source: {} for source in SOURCES}
    for source in SOURCES[1:]:
        # Every third photo is new: its lesion or patient has stored photos, or has none.
        gone[source] = {i: stored[source].pop(i) for i in list(stored[source])[::3]}
    lesion = "milk10k_nv_7"
    for shot in (0, 1):
        stored["milk10k"].pop(f"{lesion}_{shot}", None)
    excluded = next(i for i in gone["bcn20000"])[:-2]
    stored["bcn20000"][f"{excluded}_1"] = "excluded"
    both = next(
        i for i in stored["isic2017"] if i[:-1] + "1" in stored["isic2017"] and i[-1] == "0"
    )
    stored["isic2017"][both] = "excluded"
    monkeypatch.setattr(source_splits, "read_source_splits", lambda: dict(stored))
    subsets = source_splits.split_sources(photos)
    found = {photo.image_id: name for name, members in subsets.items() for photo in members}
    for split in stored.values():
        assert {image_id: found[image_id] for image_id in split} == split
    assert found[f"{excluded}_0"] == "excluded"
    assert found[f"{lesion}_0"] == found[f"{lesion}_1"] != "excluded"
    assert len(found) == len(photos)


def test_each_leak_is_found(photos: list[Photo]) -> None:
    splits = make_source_splits(photos, [])
    source_splits.check_source_splits(photos, splits, [])
    milk = splits["milk10k"]
    test = next(i for i, subset in milk.items() if subset == "test" and i.endswith("_0"))
    train = next(i for i, subset in milk.items() if subset == "train")
    ham = next(i for i, subset in splits["ham10000"].items() if subset == "train")
    for other in (train, ham):
        with pytest.raises(DataError, match="leaks"):
            source_splits.check_source_splits(photos, splits, [(test, other)])
    by_id = {photo.image_id: photo for photo in photos}
    original = by_id[train].path.read_bytes()
    by_id[train].path.write_bytes(by_id[test].path.read_bytes())
    with pytest.raises(DataError, match="leaks"):
        source_splits.check_source_splits(photos, splits, [])
    by_id[train].path.write_bytes(original)
    sibling = f"{test[:-2]}_1"
    with pytest.raises(DataError, match=rf"leaks.*{test} \(test\) and {sibling} \(train\)"):
        source_splits.check_source_splits(
            photos, splits | {"milk10k": milk | {sibling: "train"}}, []
        )
    pad = splits["pad_ufes_20"]
    patient = by_id[next(i for i, subset in pad.items() if subset == "test")].patient_id
    last = [photo.image_id for photo in photos if photo.patient_id == patient][-1]
    with pytest.raises(DataError, match="leaks"):
        source_splits.check_source_splits(
            photos, splits | {"pad_ufes_20": pad | {last: "train"}}, []
        )
    excluded = splits | {"milk10k": milk | {sibling: "excluded"}}
    source_splits.check_source_splits(photos, excluded, [])


def test_a_photo_without_a_subset_is_named(photos: list[Photo]) -> None:
    splits = make_source_splits(photos, [])
    missing = splits["milk10k"].popitem()[0]
    with pytest.raises(DataError, match=f"{missing} is in no subset"):
        source_splits.check_source_splits(photos, splits, [])
    splits["milk10k"][missing] = "holdout"
    with pytest.raises(DataError, match="subset 'holdout'"):
        source_splits.check_source_splits(photos, splits, [])


def test_other_photos_are_split_by_the_same_rule(photos: list[Photo]) -> None:
    subsets = source_splits.split_sources(photos)
    assert list(subsets) == ["train", "validation", "test", "excluded"]
    assert sum(map(len, subsets.values())) == len(photos)
    assert not subsets["excluded"]
    with pytest.raises(DataError, match="subset has no lesion"):
        source_splits.split_sources(photos[:2])


def test_the_stored_splits_have_the_promised_sizes(source_photos: list[Photo]) -> None:
    splits = source_splits.read_source_splits()
    for source in SOURCES:
        of_source = [photo for photo in source_photos if photo.source == source]
        assert splits[source].keys() == {photo.image_id for photo in of_source}
        if source == "ham10000":
            assert Counter(splits[source].values())["test"] == 1986
            continue
        kept = [photo for photo in of_source if splits[source][photo.image_id] != "excluded"]
        counts = Counter(_subsets_of_groups(kept, splits[source]).values())
        total = len({photo.group_id for photo in of_source})
        assert counts["test"] / total >= LEAST_TEST.get(source, 0.19)
        assert counts["validation"] / total >= 0.11


def test_nothing_crosses_the_stored_splits(source_photos: list[Photo]) -> None:
    subsets = source_splits.split_sources(source_photos)
    ham = split_photos([photo for photo in source_photos if photo.source == "ham10000"])
    for name, members in ham.items():
        assert members == [photo for photo in subsets[name] if photo.source == "ham10000"]


def test_the_stored_splits_are_made_again(sources_folder: Path, tmp_path: Path) -> None:
    files = {source: tmp_path / path.name for source, path in source_splits.SPLIT_FILES.items()}
    source_splits.write_source_splits(sources_folder, files)
    for source, path in files.items():
        assert path.read_bytes() == source_splits.SPLIT_FILES[source].read_bytes(), source


def test_the_splits_need_all_sources(ham_folder: Path) -> None:
    with pytest.raises(DataError, match="lacks bcn20000, isic2017, milk10k, pad_ufes_20"):
        source_splits.write_source_splits(ham_folder, {})
