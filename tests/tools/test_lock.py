"""The locked requirements hold the small archive of a package that has two."""

import re
from pathlib import Path

import pytest

from tools.lock import LOCKS, PURE, keep_one_hash

LOCK = """one==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via three
two==2.0 ; sys_platform == 'linux' \\
    --hash=sha256:cc \\
    --hash=sha256:dd
    # via one
"""


def test_one_hash_is_kept() -> None:
    asked: list[str] = []

    def get_hash(pin: str) -> str:
        asked.append(pin)
        return "cc"

    assert keep_one_hash(LOCK, "two", get_hash) == LOCK.replace(
        "sha256:cc \\\n    --hash=sha256:dd\n", "sha256:cc\n"
    )
    assert asked == ["two==2.0"]


@pytest.mark.parametrize(("package", "digest"), [("three", "aa"), ("one", "cc")])
def test_a_hash_that_is_not_locked_is_an_error(package: str, digest: str) -> None:
    with pytest.raises(ValueError, match=package):
        keep_one_hash(LOCK, package, lambda pin: digest)


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("package", PURE)
def test_the_lock_has_one_archive_of_each_such_package(name: str, package: str) -> None:
    text = (Path(__file__).parents[2] / name).read_text(encoding="utf-8")
    block = re.search(rf"^{package}==.*?# via", text, re.MULTILINE | re.DOTALL)
    assert block and block[0].count("--hash=") == 1
