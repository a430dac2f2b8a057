"""A board that cannot be used gives the simulator and one sentence with the remedy."""

import os
import sys

import akida
import pytest

from qana.inference import chips
from qana.inference.backend import SIMULATOR, choose_backend, find_target
from qana.inference.manifest import find_entry
from tests.doubles.device_nodes import needs_own_nodes, run_with_node


@pytest.fixture(autouse=True)
def forget_reports(monkeypatch) -> None:
    monkeypatch.setattr(chips, "_reported", set())


@pytest.fixture
def model() -> akida.Model:
    return akida.Model(str(find_entry("akida2").path))


@pytest.mark.parametrize("error", [RuntimeError("unexpected transfer len: 0"), OSError(5, "I/O")])
def test_silent_board_gives_the_simulator(model, error, monkeypatch, caplog) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(akida, "devices", fail)
    placed = choose_backend(model)
    assert placed.kind == SIMULATOR and placed.warning == chips.SILENT
    assert find_target() is None
    assert [record.message for record in caplog.records] == [chips.SILENT]


def test_forbidden_board_gives_the_simulator(model, monkeypatch, tmp_path) -> None:
    (tmp_path / "akida0").touch()
    monkeypatch.setattr(akida, "devices", list)
    monkeypatch.setattr(chips, "DEVICE_FOLDER", tmp_path)
    assert choose_backend(model).warning == chips.SILENT
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    placed = choose_backend(model)
    assert placed.kind == SIMULATOR and placed.warning is not None
    assert "akida0" in placed.warning and "udev" in placed.warning


def test_without_a_board_there_is_no_warning(model, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(akida, "devices", list)
    monkeypatch.setattr(chips, "DEVICE_FOLDER", tmp_path)
    assert choose_backend(model).warning is None


@needs_own_nodes
@pytest.mark.parametrize(
    ("node", "mode", "user", "expected"),
    [
        ("akida0", "666", (), chips.SILENT),
        ("akida1", "666", (), chips.SILENT),
        ("akida0", "600", ("setpriv", "--reuid=65534", "--clear-groups"), "/dev/akida0"),
    ],
)
def test_commands_name_the_problem(node, mode, user, expected) -> None:
    command = (*user, sys.executable, "-c", "import qana; qana.load_classifier()")
    done = run_with_node(node, mode, *command)
    if "Permission denied" in done.stderr and user:
        pytest.skip("another user may not read this Python")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("An Akida board is there") == 1 and expected in done.stderr
