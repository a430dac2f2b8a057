"""The table of photographs without a lesion keeps its packages and kinds apart."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from qana.data.outlier_photos import (
    Role,
    find_outlier_photos,
    group_by_kind,
    group_by_package,
    list_outlier_photos,
    select_role,
)
from qana.errors import DataError

PHOTOS = list_outlier_photos(Path("photos"))


def test_table_is_large_and_varied() -> None:
    assert len(PHOTOS) >= 300
    assert len(group_by_package(PHOTOS)) >= 8
    assert len(group_by_kind(PHOTOS)) >= 10
    assert len({photo.path for photo in PHOTOS}) == len(PHOTOS)
    assert all(photo.licence for photo in PHOTOS)
    assert all(len(photo.archive.sha256) == 64 for photo in PHOTOS)


def test_left_out_packages_and_unseen_kinds_are_never_in_the_fit() -> None:
    fit = select_role(PHOTOS, Role.FIT)
    left_out = group_by_package(select_role(PHOTOS, Role.LEFT_OUT))
    unseen = group_by_kind(select_role(PHOTOS, Role.UNSEEN))
    assert len(left_out) >= 2
    assert {"retina", "insects"} <= unseen.keys()
    assert not left_out.keys() & group_by_package(fit).keys()
    assert not unseen.keys() & group_by_kind(fit).keys()
    assert all(photo.role is Role.UNSEEN for photo in PHOTOS if photo.kind in unseen)
    for photo in PHOTOS:
        if photo.role in (Role.TEST, Role.LEFT_OUT):
            assert photo.kind in group_by_kind(fit)


def test_photos_of_an_archive_follow_each_other() -> None:
    archives = [photo.archive for photo in PHOTOS]
    changes = sum(one != other for one, other in pairwise(archives))
    assert changes + 1 == len(Counter(archives)) == len(group_by_package(PHOTOS))


def test_missing_photographs_are_counted(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"lacks \d+ of the \d+ photographs in outliers.csv: run"):
        find_outlier_photos(tmp_path)
