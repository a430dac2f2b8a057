"""Which runtimes this machine lacks: found out without loading one."""

import subprocess
import sys

import pytest

from qana.bench import available_runtimes
from qana.bench.available_runtimes import find_missing_runtimes, list_available_runtimes
from qana.bench.command import RUNTIME_NAMES


@pytest.fixture(autouse=True)
def forget() -> None:
    find_missing_runtimes.cache_clear()


def test_each_runtime_is_available_or_missing_with_a_reason() -> None:
    missing = {one.runtime: one for one in find_missing_runtimes()}
    assert set(missing) | set(list_available_runtimes()) == set(RUNTIME_NAMES)
    assert not set(missing) & set(list_available_runtimes())
    assert "akida" not in missing
    assert all(one.name == RUNTIME_NAMES[key] and one.reason for key, one in missing.items())


def test_without_the_packages_only_akida_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise ModuleNotFoundError(name)

    for find in (refuse, lambda name: None):
        find_missing_runtimes.cache_clear()
        monkeypatch.setattr(available_runtimes, "find_spec", find)
        monkeypatch.setattr(available_runtimes, "_has_card", lambda: True)
        monkeypatch.setattr(available_runtimes, "_is_apple", lambda: False)
        reasons = {one.runtime: one.reason for one in find_missing_runtimes()}
        assert list_available_runtimes() == ["akida"]
        assert "not installed" in reasons["cuda"] and "Mac" in reasons["mps"]
    find_missing_runtimes.cache_clear()


def test_it_loads_neither_torch_nor_tensorflow() -> None:
    code = (
        "import sys; from qana.bench.available_runtimes import find_missing_runtimes; "
        "find_missing_runtimes(); assert not {'torch', 'tensorflow'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
